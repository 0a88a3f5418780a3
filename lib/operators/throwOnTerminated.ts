import { type MonoTypeOperatorFunction, pipe, takeWhile } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminatedAsError } from "./terminatedAsError.js";

/**
 * Passes statuses on until one says that the op is terminated, and errors with an {@link OpTerminatedError} then.
 *
 * @internal
 */
export function throwOnTerminated(): MonoTypeOperatorFunction<OpStatus> {
  return pipe(
    takeWhile(({ state }) => state !== "terminated", true),
    terminatedAsError(),
  );
}
