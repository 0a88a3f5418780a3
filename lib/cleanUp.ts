import {
  catchError,
  defer,
  EMPTY,
  from,
  ignoreElements,
  isObservable,
  map,
  type Observable,
  of,
  raceWith,
  timer,
} from "rxjs";
import type { Diagnostic } from "./Diagnostic.js";
import type { OpTerminatedError } from "./errors.js";
import { describeError, printable } from "./printable.js";

/** What is done after a terminate; a Promise or an Observable that it returns is part of it. */
export type Cleanup = (error: OpTerminatedError) => unknown;

/**
 * Runs a clean-up within bounds: emits a diagnostic if it throws or is not done in time, and completes either way.
 *
 * @internal
 */
export function cleanUp(cleanup: Cleanup, error: OpTerminatedError, timeoutMs: number): Observable<Diagnostic> {
  const opId = printable(error.opId);
  const done$: Observable<Diagnostic> = defer(() => {
    const result = cleanup(error);
    if (isObservable(result)) return result;
    return isPromiseLike(result) ? from(Promise.resolve(result)) : EMPTY;
  }).pipe(
    ignoreElements(),
    catchError((thrown: unknown) => of<Diagnostic>({ kind: "cleanupFailed", opId, message: describeError(thrown) })),
  );
  const late$ = timer(timeoutMs).pipe(
    map((): Diagnostic => ({ kind: "cleanupTimedOut", opId, message: `not done within ${timeoutMs} ms` })),
  );
  // The race is won by the first notification of any kind, so a clean-up that is done in time ends the timer.
  return done$.pipe(raceWith(late$));
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === "function";
}
