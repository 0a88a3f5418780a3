import { distinctUntilChanged, map, type Observable, of, switchMap, timer } from "rxjs";
import type { ChannelStatus } from "./channel/ChannelStatus.js";
import { MAX_DELAY_MS } from "./check.js";

/** Node's timers count whole milliseconds from the last one that began, so they may be up to one early. */
const TIMER_GRAIN_MS = 1;

/**
 * The dead-man switch: `true` when the channel has not been live for so long, `false` when it is live.
 *
 * Timers run on the monotonic clock, which nobody sets back.
 *
 * @internal
 */
export function staleness(connection$: Observable<ChannelStatus>, graceMs: number): Observable<boolean> {
  const delayMs = Math.min(graceMs + TIMER_GRAIN_MS, MAX_DELAY_MS);
  return connection$.pipe(
    map(({ state }) => state === "live"),
    distinctUntilChanged(),
    switchMap((isLive) => (isLive ? of(false) : timer(delayMs).pipe(map(() => true)))),
  );
}
