import { EMPTY, filter, lastValueFrom, Observable, switchMap, take, takeUntil } from "rxjs";
import { throwOnTerminated } from "./operators/throwOnTerminated.js";
import type { OpStatus } from "./opStatus.js";

/**
 * `awaitOp` as a Promise: `true` if the op may run, rejected if it is terminated or its status fails, `false` if it gave
 * up before (`expired$` emitted, the statuses completed, or `isClosed` says so).
 *
 * A Promise is heard of later than what settles it, so the op must still be running when the event loop has come round:
 * RESUME and PAUSE that arrive together let nobody through. And work that does nothing but ask, in a loop, leaves the
 * event loop a turn each time in which a terminate can arrive.
 *
 * @internal
 */
export function whenRunnable(
  status$: Observable<OpStatus>,
  expired$: Observable<unknown>,
  isClosed: () => boolean,
): Promise<boolean> {
  const allowed$ = status$.pipe(
    throwOnTerminated(),
    switchMap(({ state }) => (state === "running" ? nextTurn$ : EMPTY)),
    filter(() => !isClosed()),
    take(1),
    takeUntil(expired$),
  );
  return lastValueFrom(allowed$, { defaultValue: false });
}

/** Not RxJS's `asapScheduler`: that is a microtask, and what has arrived by now may be some microtasks away. */
const nextTurn$ = new Observable<true>((subscriber) => {
  const immediate = setImmediate(() => {
    subscriber.next(true);
    subscriber.complete();
  });
  return () => {
    clearImmediate(immediate);
  };
});
