import { asyncScheduler, concat, defer, last, map, type Observable, repeat, takeWhile, timer } from "rxjs";

/** A timer that is later than this: the event loop stood still. */
const LATE_MS = 100;
const AGAIN_MS = 10;
const MAX_TIMES_AGAIN = 10;

/**
 * Emits once, when so many milliseconds have passed and what arrived meanwhile has been read.
 *
 * Where the event loop stood still, a timer that is due is up before anything is read, and silence then proves nothing. So
 * a timer that is late is followed by short ones, until one of them is in time (or ten were not: then it always stands
 * still).
 *
 * @internal
 */
export function listenedFor(ms: number): Observable<unknown> {
  return concat(isLate(ms), isLate(AGAIN_MS).pipe(repeat(MAX_TIMES_AGAIN))).pipe(
    takeWhile((late) => late, true),
    last(),
  );
}

function isLate(ms: number): Observable<boolean> {
  return defer(() => {
    const dueAt = asyncScheduler.now() + ms;
    return timer(ms).pipe(map(() => asyncScheduler.now() - dueAt > LATE_MS));
  });
}
