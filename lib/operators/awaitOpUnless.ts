import { Observable, type OperatorFunction, Subscriber } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { terminationOf } from "./terminationOf.js";

/**
 * What `awaitOp` composes, as one subscriber, and with an end: once it is over nobody is let run any more, though that an
 * op is terminated is still told.
 *
 * `new Observable`, for a subscriber per operator is most of what a waiter is: composed of `filter`, `take` and an error,
 * 100,000 waiters for as many ops took 290 ms to release, and this takes 145.
 *
 * @internal
 */
export function awaitOpUnless(isOver: () => boolean): OperatorFunction<OpStatus, OpStatus> {
  return (status$) => new Observable((subscriber) => status$.subscribe(new Waiter(subscriber, isOver)));
}

/* eslint-disable @typescript-eslint/no-deprecated, rxjs-x/no-subclass --
   RxJS 7 makes its operators of such a Subscriber and has no other way to it. With an observer instead, what the
   waiter's own subscriber throws would stop here, and the waiter would stay. */
class Waiter extends Subscriber<OpStatus> {
  readonly #waiting: Subscriber<OpStatus>;
  readonly #isOver: () => boolean;

  constructor(waiting: Subscriber<OpStatus>, isOver: () => boolean) {
    super(waiting);
    this.#waiting = waiting;
    this.#isOver = isOver;
  }

  protected override _next(status: OpStatus): void {
    if (status.state === "terminated") {
      this.error(terminationOf(status));
    } else if (status.state === "running" && !this.#isOver()) {
      try {
        this.#waiting.next(status);
      } catch (thrown) {
        this.error(thrown);
        return;
      }
      this.complete();
    }
  }
}
