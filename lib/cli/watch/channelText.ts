import { ageText } from "./ageText.js";
import type { ChannelView } from "./WatchView.js";

/** How the channel is doing, in a sentence; why it was lost is left to a line of its own. */
export function channelText({ state, since, attempt, nextTryAt }: ChannelView, now: number): string {
  switch (state) {
    case "live":
    case "connecting":
      return `${state} for ${ageText(now - since)}`;
    case "reconnecting": {
      const next = nextTryAt === undefined ? "is under way" : `in ${countdown(nextTryAt - now)}`;
      return `reconnecting for ${ageText(now - since)}, attempt ${attempt} ${next}; below is what was known last`;
    }
    default:
      return `${state}; below is what was known last`;
  }
}

/** Not 0 before it is over. */
function countdown(ms: number): string {
  return `${Math.max(Math.ceil(ms / 1000), 0)} s`;
}
