import { setMaxListeners } from "node:events";
import { filter, lastValueFrom, map, NEVER, type Observable, takeUntil, throwIfEmpty } from "rxjs";
import { aborted } from "./aborted.js";
import { anyAbortSignal } from "./anyAbortSignal.js";
import { check, checkMethods } from "./check.js";
import { OpControlUnavailableError, OpTerminatedError, OpWaitTimeoutError } from "./errors.js";
import type { OpControlSubscriber, WhenRunnableOptions } from "./OpControlSubscriber.js";
import { stateNow } from "./operators/stateNow.js";
import type { OpRun } from "./runOp.js";

/** What of an `OpControlSubscriber` a governed call needs. */
export type CallControl = Pick<OpControlSubscriber, "runOp" | "status" | "whenRunnable">;

/** How long a governed call may wait for its op, and who else may stop it. */
export interface GovernedOptions extends WhenRunnableOptions {
  /** Reject with an `OpWaitTimeoutError` where the op may not run after so many milliseconds; the work has no limit. */
  readonly timeoutMs?: number;
  /** Whoever asked for the call, such as an agent framework: its abort ends the wait and stops the work. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes one call, such as an agent's tool call, under an op: it waits until the op may run, and resolves with what the
 * work comes to; where the op may not run, the work is never started and the Promise rejects.
 *
 * It is `runOp` for code that wants one result: there is no way to resolve without having done the work. It rejects
 *
 * - with an {@link OpTerminatedError} when the op is terminated, before or in flight. The work's signal is aborted then,
 *   and nobody waits for work that does not heed it;
 * - with an {@link OpControlUnavailableError} when the channel has failed, or the subscriber was closed before the work
 *   was started, for nobody can say then whether it may;
 * - with an {@link OpWaitTimeoutError} when `timeoutMs` passed first;
 * - with the reason of `signal` when that is aborted, which aborts the work's signal with the same reason;
 * - with what the work rejects with or throws.
 *
 * A pause does not stop work in flight: that waits at its next `checkpoint()`. And what the work leaves open as it
 * resolves no terminate reaches any more: read a `Response` to its end in the work.
 *
 * @example
 * ```ts
 * import { governed, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * await control.ready();
 * const page = await governed(control, "4bf92f35:00f067aa", async ({ signal }) => {
 *   const response = await fetch("http://127.0.0.1:8080/", { signal });
 *   return response.text();
 * });
 * console.log(page);
 * ```
 *
 * @param control Who knows the op.
 * @param opId The op that the call is part of.
 * @param work What to do; `signal`, `checkpoint`, `onTerminate` and the rest are those of `runOp`.
 * @throws TypeError naming the argument that is wrong.
 */
export function governed<T>(
  control: CallControl,
  opId: string,
  work: (run: OpRun) => T | PromiseLike<T>,
  options: GovernedOptions = {},
): Promise<T> {
  checkMethods("control", control, ["runOp", "status", "whenRunnable"], "an OpControlSubscriber");
  check(typeof work === "function", "work", "a function");
  return callOnce(control.whenRunnable(opId, options), control, opId, work, options).catch((error: unknown) => {
    throw asCallerKnowsIt(error, options.signal);
  });
}

/** Who has been told of a terminate by the signal too knows the error by its identity: one framework goes by that. */
function asCallerKnowsIt(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.reason instanceof OpTerminatedError ? signal.reason : error;
}

async function callOnce<T>(
  allowed: Promise<boolean>,
  control: CallControl,
  opId: string,
  work: (run: OpRun) => T | PromiseLike<T>,
  { signal, timeoutMs }: GovernedOptions,
): Promise<T> {
  if (!(await allowed)) {
    signal?.throwIfAborted();
    if (timeoutMs !== undefined && isOpen(control, opId)) throw new OpWaitTimeoutError(opId, timeoutMs);
    throw closedError();
  }
  const stop = new AbortController();
  const run$ = control.runOp(opId, async (run) =>
    work(signal ? { ...run, signal: either(stop.signal, run.signal) } : run),
  );
  const isTerminated = (): boolean => stateNow(control.status(opId)) === "terminated";
  const stopped$ = signal ? stoppedBy(signal, stop, isTerminated) : NEVER;
  return lastValueFrom(run$.pipe(takeUntil(stopped$), throwIfEmpty(closedError)));
}

/**
 * Errors when the caller's signal is aborted, and has the work told before that: unsubscribed, it has another reason.
 *
 * Not by a terminate, which may be what has stopped the caller: the run is told of that itself in this tick, and must
 * not be gone then, for it has clean-ups to start.
 */
function stoppedBy(signal: AbortSignal, stop: AbortController, isTerminated: () => boolean): Observable<never> {
  return aborted(signal).pipe(
    filter(() => !isTerminated()),
    map((reason): never => {
      stop.abort(reason);
      throw reason;
    }),
  );
}

/** Both live no longer than the call, and neither has to be let go of. */
function either(...signals: readonly AbortSignal[]): AbortSignal {
  const { signal } = anyAbortSignal(...signals);
  // It is meant for as many as care; Node would take the eleventh for a leak.
  setMaxListeners(0, signal);
  return signal;
}

/** Statuses that have come to their end complete while they are being subscribed. */
function isOpen(control: CallControl, opId: string): boolean {
  const subscription = control.status(opId).subscribe({ error: () => undefined });
  const open = !subscription.closed;
  subscription.unsubscribe();
  return open;
}

function closedError(): OpControlUnavailableError {
  return new OpControlUnavailableError("the subscriber was closed: nobody can say whether the op may run");
}
