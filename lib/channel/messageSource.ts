import { concat, from, map, type ObservableInput, of } from "rxjs";
import { type ChannelStatus, channelStatus } from "./ChannelStatus.js";
import type { ChannelEvent, SignalSource } from "./SignalSource.js";

/**
 * Any Observable (Promise, iterable …) of messages as a source: live from the start, closed when it completes, failed
 * when it errors.
 *
 * @internal
 */
export function messageSource(messages: ObservableInput<unknown>): SignalSource {
  const live: ChannelStatus = channelStatus("live");
  return concat(
    of<ChannelEvent>({ type: "status", status: live }),
    from(messages).pipe(map((message): ChannelEvent => ({ type: "message", message }))),
  );
}
