import { Observable } from "rxjs";

/**
 * Emits once, in the next turn of the event loop, when what had arrived by then has been read.
 *
 * Not RxJS's `asapScheduler`: that is a microtask, and what has arrived may be some microtasks away. And not a timer:
 * where the event loop stood still, all timers that are due are up before anything is read.
 *
 * @internal
 */
export const nextTurn$ = new Observable<true>((subscriber) => {
  const immediate = setImmediate(() => {
    subscriber.next(true);
    subscriber.complete();
  });
  return () => {
    clearImmediate(immediate);
  };
});
