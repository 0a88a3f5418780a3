import { defer, fromEvent, map, type Observable, of, take } from "rxjs";

/**
 * Emits the reason once the signal is aborted, at once if it is already, and completes; its listener goes with it.
 *
 * @internal
 */
export function aborted(signal: AbortSignal): Observable<unknown> {
  return defer(() => (signal.aborted ? of(undefined) : fromEvent(signal, "abort").pipe(take(1)))).pipe(
    map((): unknown => signal.reason),
  );
}
