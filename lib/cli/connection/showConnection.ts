import { type Observable, scan } from "rxjs";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import { rethrow } from "../rethrow.js";
import { NO_STORY, tellChannel } from "./ChannelStory.js";

/** Where the channel is talked of. */
interface Lines {
  line(label: string, text: string): void;
}

/** Says plainly how the channel is doing, what that means for the ops, and when it is tried again. */
export function showConnection(screen: Lines, connection$: Observable<ChannelStatus>): void {
  connection$.pipe(scan(tellChannel, NO_STORY)).subscribe({
    next: ({ text }) => {
      if (text !== undefined) screen.line("channel", text);
    },
    error: rethrow,
  });
}
