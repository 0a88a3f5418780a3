import { type MonoTypeOperatorFunction, Observable } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminationOf } from "./terminationOf.js";

/**
 * Makes a status that says that the op is terminated an {@link OpTerminatedError}.
 *
 * `new Observable` and no `map` that throws: to throw, and to be caught further up, cost each of 100,000 waiters 1.5 us.
 *
 * @internal
 */
export function terminatedAsError(): MonoTypeOperatorFunction<OpStatus> {
  return (status$) =>
    new Observable((subscriber) =>
      status$.subscribe({
        next: (status) => {
          if (status.state === "terminated") subscriber.error(terminationOf(status));
          else subscriber.next(status);
        },
        error: (error: unknown) => {
          subscriber.error(error);
        },
        complete: () => {
          subscriber.complete();
        },
      }),
    );
}
