import { filter, ignoreElements, type MonoTypeOperatorFunction, type Observable, pipe, takeUntil } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { stateNow } from "./stateNow.js";
import { throwIfTerminatedNow } from "./throwIfTerminatedNow.js";
import { throwOnTerminated } from "./throwOnTerminated.js";

/**
 * Passes every value on, also during a pause, until the op is terminated.
 *
 * On terminate it errors with an {@link OpTerminatedError} and unsubscribes the source at once; an op that is terminated
 * already never has its source subscribed. It errors too when `status$` does (the channel has failed), and completes
 * with the source. When `status$` completes, its last status holds.
 *
 * ```
 * -a-b-c-d-   source
 * r-p---t--   status$
 * -a-b-c#     failOnTerminate(status$)
 * ```
 *
 * @example
 * ```ts
 * import { interval } from "rxjs";
 * import { failOnTerminate, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * interval(1_000)
 *   .pipe(failOnTerminate(control.status("4bf92f35:00f067aa")))
 *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
 * ```
 *
 * @param status$ The op's statuses: `control.status(opId)` itself, rather than something piped from it, since its
 *   `value` is asked for while a change is still being told to others.
 * @see {@link holdWhilePaused} and {@link dropWhilePaused}, which differ in what a pause does.
 */
export function failOnTerminate<T>(status$: Observable<OpStatus>): MonoTypeOperatorFunction<T> {
  return pipe(
    filter(() => stateNow(status$) !== "terminated"),
    throwIfTerminatedNow(status$),
    // takeUntil subscribes its notifier first and passes the notifier's error on.
    takeUntil(status$.pipe(throwOnTerminated(), ignoreElements())),
  );
}
