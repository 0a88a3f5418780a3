import {
  catchError,
  concatWith,
  defer,
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observable,
  pipe,
  throwError,
} from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { statusNow } from "./stateNow.js";
import { terminationOf } from "./terminationOf.js";

/**
 * Makes the end of a source, in order or not, an {@link OpTerminatedError} where the op is terminated at that moment: the
 * terminate may still be on its way to this gate, while somebody who was told of it first has ended the source. The
 * completion would look like success.
 *
 * @internal
 */
export function throwIfTerminatedNow<T>(status$: Observable<OpStatus>): MonoTypeOperatorFunction<T> {
  const endWith = (end$: Observable<never>) =>
    defer(() => {
      const now = statusNow(status$);
      return now?.state === "terminated" ? throwError(() => terminationOf(now)) : end$;
    });
  return pipe(
    catchError((error: unknown) => endWith(throwError(() => error as Error))),
    concatWith(endWith(EMPTY)),
  );
}
