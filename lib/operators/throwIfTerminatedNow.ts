import { concatWith, defer, EMPTY, type MonoTypeOperatorFunction, type Observable, throwError } from "rxjs";
import { OpTerminatedError } from "../errors.js";
import type { OpStatus } from "../opStatus.js";
import { statusNow } from "./stateNow.js";

/**
 * Makes the completion of a source an error where the op is terminated at that moment: the terminate may be on its way
 * to this gate, and completion would look like success.
 *
 * @internal
 */
export function throwIfTerminatedNow<T>(status$: Observable<OpStatus>): MonoTypeOperatorFunction<T> {
  return concatWith(
    defer(() => {
      const now = statusNow(status$);
      return now?.state === "terminated" ? throwError(() => new OpTerminatedError(now.opId, now.scope)) : EMPTY;
    }),
  );
}
