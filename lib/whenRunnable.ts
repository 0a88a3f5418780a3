import {
  defer,
  EMPTY,
  filter,
  finalize,
  lastValueFrom,
  merge,
  type Observable,
  of,
  switchMap,
  take,
  takeUntil,
} from "rxjs";
import { nextTurn$ } from "./nextTurn.js";
import { throwOnTerminated } from "./operators/throwOnTerminated.js";
import type { OpStatus } from "./opStatus.js";

/** What ends the wait for an op without leave to run. */
interface GivingUp {
  /** Emits when the time is up; a leave to run that was there before it still counts. */
  readonly timeout$: Observable<unknown>;
  /** Emits when the caller wants to know no longer. */
  readonly aborted$: Observable<unknown>;
  readonly isClosed: () => boolean;
}

/**
 * `awaitOp` as a Promise: `true` if the op may run, rejected if it is terminated or its status fails, `false` if it gave
 * up before or the statuses completed.
 *
 * A Promise is heard of later than what settles it, so the op must still be running when the event loop has come round:
 * RESUME and PAUSE that arrive together let nobody through. And work that does nothing but ask, in a loop, leaves the
 * event loop a turn each time in which a terminate can arrive.
 *
 * @internal
 */
export function whenRunnable(
  status$: Observable<OpStatus>,
  { timeout$, aborted$, isClosed }: GivingUp,
): Promise<boolean> {
  let turning = false;
  const turn$ = defer(() => {
    turning = true;
    return nextTurn$;
  }).pipe(
    finalize(() => {
      turning = false;
    }),
  );
  const allowed$ = status$.pipe(
    throwOnTerminated(),
    switchMap(({ state }) => (state === "running" ? turn$ : EMPTY)),
    filter(() => !isClosed()),
    take(1),
    takeUntil(merge(timeout$.pipe(switchMap(() => (turning ? nextTurn$ : of(true)))), aborted$)),
  );
  return lastValueFrom(allowed$, { defaultValue: false });
}
