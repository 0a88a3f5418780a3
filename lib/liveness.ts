import { distinctUntilChanged, filter, map, type Observable } from "rxjs";
import type { ChannelEvent } from "./channel/SignalSource.js";

/**
 * Whether the channel is live, by the statuses among what it tells: the first of them, and each change.
 *
 * @internal
 */
export function liveness(event$: Observable<{ readonly type: string }>): Observable<boolean> {
  return event$.pipe(
    filter(isStatus),
    map(({ status }) => status.state === "live"),
    distinctUntilChanged(),
  );
}

function isStatus(event: { readonly type: string }): event is ChannelEvent & { readonly type: "status" } {
  return event.type === "status";
}
