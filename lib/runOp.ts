import { setMaxListeners } from "node:events";
import { defer, EMPTY, isObservable, Observable, type ObservableInput, Subscription, switchMap } from "rxjs";
import { check, checkDurationMs, checkOptions } from "./check.js";
import type { Cleanup } from "./cleanUp.js";
import { OpControlUnavailableError, OpTerminatedError } from "./errors.js";
import { keepContext } from "./keepContext.js";
import { stateNow, statusNow } from "./operators/stateNow.js";
import { terminationOf } from "./operators/terminationOf.js";
import { untilClosed } from "./operators/untilClosed.js";
import type { OpStatus } from "./opStatus.js";

/** What the work of an op has to run by. */
export interface OpRun {
  /** The op that it runs under. */
  readonly opId: string;
  /**
   * Aborted when the work must stop: with the `OpTerminatedError` when the op is terminated, with the
   * `OpControlUnavailableError` when the channel has failed, with an `AbortError` when it is unsubscribed from.
   */
  readonly signal: AbortSignal;
  /** The op's statuses. */
  readonly status$: Observable<OpStatus>;
  /**
   * Waits out a pause: resolves when the op may go on. Rejects with what the signal was aborted with, with an
   * `AbortError` when the run is over, and with an `OpControlUnavailableError` when the subscriber was closed, for nobody
   * can say then whether the op may go on.
   */
  readonly checkpoint: () => Promise<void>;
  /**
   * Registers a clean-up for the case that the op is terminated. Nobody waits for it: what it throws, and that it is not
   * done within `timeoutMs` (5,000 by default), is told on `diagnostics$`.
   */
  readonly onTerminate: (cleanup: Cleanup, options?: CleanupOptions) => void;
}

/** How long a clean-up may take. */
export interface CleanupOptions {
  /** In milliseconds; 5,000 by default. */
  readonly timeoutMs?: number;
}

/** The work of an op: an Observable, a Promise (an async function) or anything else that RxJS takes for one. */
export type OpWork<T> = (run: OpRun) => ObservableInput<T>;

/** What of a subscriber the run of an op needs. */
interface RunControl {
  awaitOp(opId: string): Observable<OpStatus>;
  status(opId: string): Observable<OpStatus>;
  whenRunnable(opId: string, options: { signal: AbortSignal }): Promise<boolean>;
}

/** Starts a clean-up that nobody waits for, and sees to it that its failure is told. */
type StartCleanUp = (cleanup: Cleanup, error: OpTerminatedError, timeoutMs: number) => void;

const DEFAULT_CLEANUP_TIMEOUT_MS = 5_000;

/**
 * `OpControlSubscriber.runOp`, which see.
 *
 * @internal
 */
export function runOp<T>(
  control: RunControl,
  opId: string,
  work: OpWork<T>,
  startCleanUp: StartCleanUp,
): Observable<T> {
  check(typeof work === "function", "work", "a function");
  return control.awaitOp(opId).pipe(
    keepContext(),
    switchMap(() => startWork(control, opId, work, startCleanUp)),
  );
}

/** Not composed: when the work must stop it is unsubscribed first, then aborted, then the error told, in one tick. */
function startWork<T>(control: RunControl, opId: string, work: OpWork<T>, startCleanUp: StartCleanUp): Observable<T> {
  return new Observable((subscriber) => {
    const controller = new AbortController();
    // It is meant for as many as care; Node would take the eleventh for a leak.
    setMaxListeners(0, controller.signal);
    const cleanups: ((error: OpTerminatedError) => void)[] = [];
    const running = new Subscription();
    let over: AbortController | undefined;
    let finished = false;

    const stop = (error: unknown): void => {
      running.unsubscribe();
      controller.abort(error);
      try {
        subscriber.error(error);
      } finally {
        if (error instanceof OpTerminatedError) for (const cleanup of cleanups) cleanup(error);
      }
    };
    /** An op that ends while others are told of its termination is terminated all the same. */
    const isStopped = (): boolean => {
      const now = statusNow(status$);
      if (now?.state !== "terminated") return false;
      stop(terminationOf(now));
      return true;
    };
    subscriber.add(running);
    subscriber.add(() => {
      // An abort without a reason makes one, stack and all, also where it is too late to be the reason.
      if (!finished && !controller.signal.aborted) controller.abort();
      over?.abort();
    });
    const status$ = control.status(opId);
    subscriber.add(
      status$.subscribe({
        next: (status) => {
          if (status.state === "terminated") stop(terminationOf(status));
        },
        error: stop,
      }),
    );
    if (subscriber.closed) return;

    const { signal } = controller;
    const run: OpRun = {
      opId,
      signal,
      status$,
      checkpoint: () => {
        // Most work has no checkpoint, and an AbortController is the largest part of what a run keeps.
        over ??= subscriber.closed ? abortedController() : new AbortController();
        const passed = checkpoint(control, opId, { stop: signal, over: over.signal });
        // Work may leave a checkpoint behind that it does not await; a terminate is then no unhandled rejection.
        passed.catch(() => undefined);
        return passed;
      },
      onTerminate: (cleanup, options = {}) => {
        check(typeof cleanup === "function", "cleanup", "a function");
        checkOptions(options, ["timeoutMs"]);
        const { timeoutMs = DEFAULT_CLEANUP_TIMEOUT_MS } = options;
        checkDurationMs("timeoutMs", timeoutMs);
        const start = (error: OpTerminatedError): void => {
          startCleanUp(cleanup, error, timeoutMs);
        };
        if (signal.reason instanceof OpTerminatedError) start(signal.reason);
        else cleanups.push(start);
      },
    };
    running.add(
      defer(() => {
        const values = work(run);
        if (!running.closed) return values;
        // The work has brought about its own end, and what a Promise of it comes to is nobody's any more.
        void Promise.resolve(isObservable(values) ? undefined : values).catch(() => undefined);
        return EMPTY;
      })
        .pipe(untilClosed(running))
        .subscribe({
          next: (value) => {
            if (stateNow(status$) !== "terminated") subscriber.next(value);
          },
          error: (error: unknown) => {
            if (isStopped()) return;
            finished = true;
            subscriber.error(error);
          },
          complete: () => {
            if (running.closed || isStopped()) return;
            finished = true;
            subscriber.complete();
          },
        }),
    );
  });
}

function abortedController(): AbortController {
  const controller = new AbortController();
  controller.abort();
  return controller;
}

/** What can end a checkpoint besides the op: that the work must stop, and that the run is over in whatever way. */
interface RunEnds {
  readonly stop: AbortSignal;
  readonly over: AbortSignal;
}

async function checkpoint(control: RunControl, opId: string, { stop, over }: RunEnds): Promise<void> {
  stop.throwIfAborted();
  if (await control.whenRunnable(opId, { signal: over })) return;
  stop.throwIfAborted();
  over.throwIfAborted();
  throw new OpControlUnavailableError("the subscriber was closed: nobody can say whether the op may go on");
}
