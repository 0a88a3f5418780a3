import { filter, type OperatorFunction, pipe, take } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { throwOnTerminated } from "./throwOnTerminated.js";

/**
 * Emits the op's status exactly once, and only if the op may run.
 *
 * It emits when the op is running and then completes; while the op is paused it waits. It errors with an
 * {@link OpTerminatedError} when the op is terminated, and with the source's error when that errors. In every other case
 * (the source completes first) it completes without emitting, so "unblocked" is never mistaken for "allowed".
 *
 * ```
 * p--r--   p-t   p--|   status$
 * ---(r|)  --#   ---|   awaitOp()
 * ```
 *
 * @example
 * ```ts
 * import { awaitOp, OpControlSubscriber } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * control
 *   .status("4bf92f35:00f067aa")
 *   .pipe(awaitOp())
 *   .subscribe({ next: () => console.log("may run"), error: (error) => console.error(error.message) });
 * ```
 *
 * @returns An operator on a status stream, such as `control.status(opId)`.
 */
export function awaitOp(): OperatorFunction<OpStatus, OpStatus> {
  return pipe(
    filter(({ state }) => state !== "paused"),
    take(1),
    throwOnTerminated(),
  );
}
