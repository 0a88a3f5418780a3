import { defer, filter, map, mergeMap, type MonoTypeOperatorFunction, of, Subject, takeUntil, tap, timer } from "rxjs";
import { scopeKey } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";
import type { ChannelEvent } from "./SignalSource.js";

/**
 * Lets a RESUME pass only after so many milliseconds without a further signal for its scope; everything else passes at
 * once. What still waits when the source ends is dropped, so that an end lifts no pause.
 *
 * @internal
 */
export function settling(settleMs: number): MonoTypeOperatorFunction<ChannelEvent> {
  return (source) =>
    defer(() => {
      /** By scope, whose turn it is of the RESUMEs that wait. */
      const waiting = new Map<string, symbol>();
      const ended$ = new Subject<void>();
      return source.pipe(
        tap({
          complete: () => {
            ended$.next();
          },
        }),
        mergeMap((event) => {
          const signal = event.type === "message" ? parseSignal(event.message) : undefined;
          if (!signal || "malformed" in signal) return of(event);
          const key = scopeKey(signal.opId);
          if (signal.signal !== "RESUME") {
            waiting.delete(key);
            return of(event);
          }
          const turn = Symbol(key);
          waiting.set(key, turn);
          return timer(settleMs).pipe(
            filter(() => waiting.get(key) === turn),
            tap(() => waiting.delete(key)),
            map(() => event),
          );
        }),
        takeUntil(ended$),
      );
    });
}
