import { filter, type OperatorFunction, pipe, take } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminatedAsError } from "./terminatedAsError.js";

/**
 * `awaitOp`, but once it is over nobody is let run any more; that an op is terminated is still told.
 *
 * @internal
 */
export function awaitOpUnless(isOver: () => boolean): OperatorFunction<OpStatus, OpStatus> {
  return pipe(
    filter(({ state }) => state === "terminated" || (state === "running" && !isOver())),
    take(1),
    terminatedAsError(),
  );
}
