import { map, type MonoTypeOperatorFunction } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminationOf } from "./terminationOf.js";

/**
 * Passes statuses on until one says that the op is terminated, and errors with an {@link OpTerminatedError} then.
 *
 * `map` that throws is `mergeMap` to `throwError` without an inner subscription per status.
 *
 * @internal
 */
export function throwOnTerminated(): MonoTypeOperatorFunction<OpStatus> {
  return map((status) => {
    if (status.state === "terminated") throw terminationOf(status);
    return status;
  });
}
