import { defer, filter, ignoreElements, type MonoTypeOperatorFunction, type Observable, takeUntil, tap } from "rxjs";
import type { OpState, OpStatus } from "../opStatus.js";
import { stateNow } from "./stateNow.js";
import { throwIfTerminatedNow } from "./throwIfTerminatedNow.js";
import { throwOnTerminated } from "./throwOnTerminated.js";

/**
 * Passes values on while the op runs and drops those that come during a pause.
 *
 * On terminate it errors with an {@link OpTerminatedError} and unsubscribes the source at once; an op that is terminated
 * already never has its source subscribed. It errors too when `status$` does (the channel has failed), and completes
 * with the source. When `status$` completes, its last status holds; before its first one the op counts as running.
 *
 * ```
 * -a-b-c-d-e-|   source
 * r-p---r-----   status$
 * -a-----d-e-|   dropWhilePaused(status$)
 * ```
 *
 * @example
 * ```ts
 * import { interval } from "rxjs";
 * import { dropWhilePaused, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * interval(1_000)
 *   .pipe(dropWhilePaused(control.status("4bf92f35:00f067aa")))
 *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
 * ```
 *
 * @param status$ The op's statuses: `control.status(opId)` itself, rather than something piped from it, since its
 *   `value` is asked for while a change is still being told to others.
 * @see {@link holdWhilePaused}, which keeps the values, and {@link failOnTerminate}, which lets them pass.
 */
export function dropWhilePaused<T>(status$: Observable<OpStatus>): MonoTypeOperatorFunction<T> {
  return (source) =>
    defer(() => {
      let told: OpState = "running";
      const terminated$ = status$.pipe(
        throwOnTerminated(),
        tap(({ state }) => {
          told = state;
        }),
        ignoreElements(),
      );
      // takeUntil subscribes its notifier first, so that the status is known before the first value.
      return source.pipe(
        filter(() => (stateNow(status$) ?? told) === "running"),
        throwIfTerminatedNow(status$),
        takeUntil(terminated$),
      );
    });
}
