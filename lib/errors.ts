import type { OpScope } from "./opStatus.js";
import { printable } from "./printable.js";

/**
 * The base of every error that this library raises at run time.
 *
 * Misuse (a wrong option, say) is a `TypeError` instead and thrown at once.
 *
 * @example
 * ```ts
 * import { AssemblyError, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * control.awaitOp("4bf92f35:00f067aa").subscribe({
 *   error: (error) => console.error(error instanceof AssemblyError ? `must not run: ${error.message}` : error),
 * });
 * ```
 */
export class AssemblyError extends Error {
  override readonly name: string = "AssemblyError";
}

/**
 * The op was terminated: its work must stop and never start again.
 *
 * @example
 * ```ts
 * import { OpTerminatedError } from "rx-op-control";
 *
 * const error = new OpTerminatedError("4bf92f35:00f067aa", "fleet");
 * console.log(error.message); // op "4bf92f35:00f067aa" was terminated (scope: fleet)
 * ```
 */
export class OpTerminatedError extends AssemblyError {
  override readonly name = "OpTerminatedError";

  /**
   * @param opId The op as the caller named it, unaltered; the message shows it without control characters and cut.
   * @param scope Whose TERMINATE it was.
   */
  constructor(
    readonly opId: string,
    readonly scope: OpScope,
  ) {
    super(`op "${printable(opId)}" was terminated (scope: ${scope})`);
  }
}

/**
 * Nobody can say whether the op may run: the channel to the gateway has failed, or was closed before it was ever live.
 *
 * `cause` keeps what led here; for a fault of the gRPC channel it is the `ServiceError`.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber, OpControlUnavailableError } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7", reconnect: false });
 * control.ready().catch((error) => {
 *   if (error instanceof OpControlUnavailableError) console.error(error.message, error.cause);
 * });
 * ```
 */
export class OpControlUnavailableError extends AssemblyError {
  override readonly name = "OpControlUnavailableError";
}

/**
 * The op was not allowed to run in the time there was: what was to wait for it no longer was not started.
 *
 * Raised by `governed`, where `timeoutMs` is given.
 *
 * @example
 * ```ts
 * import { governed, OpControlSubscriber, OpWaitTimeoutError } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * try {
 *   await governed(control, "4bf92f35:00f067aa", async () => "the tool call", { timeoutMs: 60_000 });
 * } catch (error) {
 *   if (!(error instanceof OpWaitTimeoutError)) throw error;
 *   console.error(`not made: paused for ${error.timeoutMs} ms`);
 * }
 * ```
 */
export class OpWaitTimeoutError extends AssemblyError {
  override readonly name = "OpWaitTimeoutError";

  /**
   * @param opId The op as the caller named it, unaltered; the message shows it without control characters and cut.
   * @param timeoutMs How long it was waited for.
   */
  constructor(
    readonly opId: string,
    readonly timeoutMs: number,
  ) {
    super(`op "${printable(opId)}" was not allowed to run within ${timeoutMs} ms`);
  }
}

/**
 * More values had to be held than there is room for; those that were held are gone.
 *
 * Raised by the operators that hold, where `overflow` is `"error"`.
 *
 * @example
 * ```ts
 * import { interval } from "rxjs";
 * import { HoldOverflowError, holdWhilePaused, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * interval(1_000)
 *   .pipe(holdWhilePaused(control.status("4bf92f35:00f067aa"), { limit: 60 }))
 *   .subscribe({
 *     next: console.log,
 *     error: (error) => console.error(error instanceof HoldOverflowError ? `paused for over ${error.limit} s` : error),
 *   });
 * ```
 */
export class HoldOverflowError extends AssemblyError {
  override readonly name = "HoldOverflowError";

  /** @param limit How many values there is room for. */
  constructor(readonly limit: number) {
    super(`more than ${limit} values had to be held while paused`);
  }
}
