import { type Observable, startWith, switchMap, throwError, timer } from "rxjs";
import { afterReading$ } from "../channel/afterReading.js";

/** So many signs of life in a row that are missed, and nobody is believed to be there. */
const MISSED = 2;

/**
 * Errors when no sign of life has come for the time of two heartbeats; emits nothing.
 *
 * @internal
 */
export function silence(sign$: Observable<unknown>, heartbeatMs: number): Observable<never> {
  const silentMs = MISSED * heartbeatMs;
  const silent$ = timer(silentMs).pipe(
    // Where the event loop stood still, the sign may be there and not read yet.
    switchMap(() => afterReading$),
    switchMap(() => throwError(() => new Error(`the bus gave no sign of life for ${silentMs} ms`))),
  );
  return sign$.pipe(
    startWith(undefined),
    switchMap(() => silent$),
  );
}
