import { type MonoTypeOperatorFunction, Observable } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { Hold } from "./Hold.js";
import { type HoldOptions, resolveHoldOptions } from "./HoldOptions.js";
import { stateNow } from "./stateNow.js";
import { throwIfTerminatedNow } from "./throwIfTerminatedNow.js";
import { throwOnTerminated } from "./throwOnTerminated.js";
import { untilClosed } from "./untilClosed.js";

/**
 * Passes values on while the op runs, and holds those that come during a pause until it is resumed.
 *
 * Held values keep their order; values that arrive while they are flushed queue behind them, a new pause stops the
 * flush, and the source's completion waits for it. At most `limit` values are held.
 *
 * On terminate it errors with an {@link OpTerminatedError}, unsubscribes the source at once and emits nothing of what it
 * holds; an op that is terminated already never has its source subscribed. A source's error passes at once. It errors
 * with a {@link HoldOverflowError} when a value finds no room, with what `status$` errors with (the channel has failed),
 * and with an {@link OpControlUnavailableError} when `status$` completes while values are held. Before the first status
 * the op counts as running.
 *
 * ```
 * -a-b-c-|       source
 * r-p-----r--    status$
 * -a------(bc|)  holdWhilePaused(status$)
 * ```
 *
 * @example
 * ```ts
 * import { interval } from "rxjs";
 * import { holdWhilePaused, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * interval(1_000)
 *   .pipe(holdWhilePaused(control.status("4bf92f35:00f067aa"), { limit: 100, overflow: "dropOldest" }))
 *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
 * ```
 *
 * @param status$ The op's statuses: `control.status(opId)` itself, rather than something piped from it, since its
 *   `value` is asked for while a change is still being told to others.
 * @param options How many values may be held, and what becomes of one that finds no room.
 * @throws TypeError naming the option that is wrong.
 * @see {@link dropWhilePaused}, which keeps nothing, and {@link holdByOp}, for a source that carries many ops.
 */
export function holdWhilePaused<T>(
  status$: Observable<OpStatus>,
  options: HoldOptions = {},
): MonoTypeOperatorFunction<T> {
  const resolved = resolveHoldOptions(options);
  // Not composed: a `switchMap` to NEVER loses or restarts, `bufferToggle` flushes into a pause when the source
  // completes, and `concatMap` with `first` wedges after some 200 held values.
  return (source) =>
    new Observable((subscriber) => {
      const hold = new Hold(subscriber, resolved);
      let sourceCompleted = false;
      const completeWhenDone = (): void => {
        if (sourceCompleted && hold.idle) subscriber.complete();
      };
      const fail = (error: unknown): void => {
        subscriber.error(error);
      };

      subscriber.add(() => {
        hold.clear();
      });
      subscriber.add(
        status$.pipe(throwOnTerminated()).subscribe({
          next: ({ state }) => {
            try {
              if (state === "paused") hold.pause();
              else hold.resume();
            } finally {
              completeWhenDone();
            }
          },
          error: fail,
          complete: () => {
            hold.abandon();
          },
        }),
      );
      subscriber.add(
        source.pipe(throwIfTerminatedNow(status$), untilClosed(subscriber)).subscribe({
          next: (value) => {
            hold.next(value, stateNow(status$));
          },
          error: fail,
          complete: () => {
            sourceCompleted = true;
            completeWhenDone();
          },
        }),
      );
    });
}
