import { type Observable, scan } from "rxjs";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import { rethrow } from "../rethrow.js";

/** Where the channel is talked of. */
interface Lines {
  line(label: string, text: string): void;
}

/** What was told of the channel so far. */
interface Story {
  readonly text: string | undefined;
  /** When it was lost, in milliseconds since the epoch. */
  readonly lostAt: number | undefined;
  readonly wasLive: boolean;
}

const BEGINNING: Story = { text: undefined, lostAt: undefined, wasLive: false };

/** Says plainly how the channel is doing, what that means for the ops, and when it is tried again. */
export function showConnection(screen: Lines, connection$: Observable<ChannelStatus>): void {
  connection$.pipe(scan(tell, BEGINNING)).subscribe({
    next: ({ text }) => {
      if (text !== undefined) screen.line("channel", text);
    },
    error: rethrow,
  });
}

function tell(story: Story, status: ChannelStatus): Story {
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

function liveAgain({ wasLive, lostAt }: Story, since: number): string {
  return wasLive && lostAt !== undefined ? `live again after ${seconds(since - lostAt)}` : "live";
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
