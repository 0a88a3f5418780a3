import type { ChannelStatus } from "../../channel/ChannelStatus.js";

/** What was told of the channel so far. */
export interface ChannelStory {
  readonly text: string | undefined;
  /** When it was lost, in milliseconds since the epoch. */
  readonly lostAt: number | undefined;
  readonly wasLive: boolean;
}

/** What was told before anything was. */
export const NO_STORY: ChannelStory = { text: undefined, lostAt: undefined, wasLive: false };

/** What there is to say of the next status, plainly: what it means for the ops, and when the gateway is tried again. */
export function tellChannel(story: ChannelStory, status: ChannelStatus): ChannelStory {
  const { state, attempt, since, lastError, retryInMs } = status;
  switch (state) {
    case "live":
      return { text: liveAgain(story, since), lostAt: undefined, wasLive: true };
    case "reconnecting": {
      const lostAt = story.lostAt ?? since;
      // That an attempt has begun is of no interest, what comes of it is.
      if (retryInMs === undefined) return { ...story, text: undefined, lostAt };
      const isNews = story.wasLive && story.lostAt === undefined;
      const meanwhile = isNews ? " (what is paused stays paused, what runs goes on)" : "";
      const text = `reconnecting, attempt ${attempt} in ${seconds(retryInMs)}${meanwhile}: ${lastError ?? "lost"}`;
      return { ...story, text, lostAt };
    }
    default:
      return { ...story, text: lastError === undefined ? state : `${state}: ${lastError}` };
  }
}

function liveAgain({ wasLive, lostAt }: ChannelStory, since: number): string {
  return wasLive && lostAt !== undefined ? `live again after ${seconds(since - lostAt)}` : "live";
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
