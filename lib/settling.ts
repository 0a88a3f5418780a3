import {
  connect,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  type MonoTypeOperatorFunction,
  type Observable,
  startWith,
  switchMap,
  takeUntil,
  tap,
  timer,
} from "rxjs";
import { listenedFor } from "./listenedFor.js";
import { liveness } from "./liveness.js";
import { type OpControlMessage, scopeKey } from "./opStatus.js";
import { parseSignal } from "./parseSignal.js";
import type { ReconciledEvent } from "./reconciling.js";
import { type Batch, WaitingResumes } from "./WaitingResumes.js";

/** By how much a RESUME may be late, as a part of `settleMs`, so that there are no more timers than this allows. */
const LATENESS = 0.01;

/**
 * Lets a RESUME pass only when nothing further has come for its scope for so many milliseconds (and up to a hundredth
 * more); everything else passes at once.
 *
 * Only time in which the channel is live counts: when it is live again, all that waits begins anew. What still waits when
 * the source ends is dropped, so that an end lifts no pause.
 *
 * @param maxWaiting Of how many ops a RESUME may wait; that of a further one is dropped, as a diagnostic tells.
 *
 * @internal
 */
export function settling(settleMs: number, maxWaiting: number): MonoTypeOperatorFunction<ReconciledEvent> {
  return connect((event$) => {
    const resumes = new WaitingResumes<ReconciledEvent>(maxWaiting);
    // The first to see an event: what it takes note of is what the other one goes by.
    const passed$ = event$.pipe(mergeMap((event) => take(event, resumes)));
    const settled$ = liveness(event$).pipe(
      switchMap((isLive) => (isLive ? settled(event$, resumes, settleMs) : EMPTY)),
      takeUntil(event$.pipe(ignoreElements(), endWith(true))),
    );
    return merge(passed$, settled$);
  });
}

/** What of the event passes now. */
function take(event: ReconciledEvent, resumes: WaitingResumes<ReconciledEvent>): ReconciledEvent[] {
  if (event.type === "status" && event.status.state !== "live") resumes.gather();
  const signal = signalOf(event);
  if (!signal) return [event];
  const scope = scopeKey(signal.opId);
  if (signal.signal !== "RESUME") {
    resumes.drop(scope);
    return [event];
  }
  if (resumes.hold(scope, event) || resumes.refusals > 1) return [];
  return [{ type: "diagnostic", diagnostic: { kind: "settleSaturated", maxTrackedOps: resumes.limit } }];
}

/** The RESUMEs that have waited long enough, from now on. */
function settled<T>(event$: Observable<unknown>, resumes: WaitingResumes<T>, settleMs: number): Observable<T> {
  return event$.pipe(
    startWith(undefined),
    map(() => resumes.start()),
    filter((batch): batch is Batch<T> => batch !== undefined),
    mergeMap((batch) =>
      timer(Math.floor(settleMs * LATENESS)).pipe(
        tap(() => {
          resumes.close(batch);
        }),
        switchMap(() => listenedFor(settleMs)),
        mergeMap(() => resumes.release(batch)),
      ),
    ),
  );
}

function signalOf(event: ReconciledEvent): OpControlMessage | undefined {
  if (event.type === "found") return event.signal;
  if (event.type !== "message") return undefined;
  const signal = parseSignal(event.message);
  return "malformed" in signal ? undefined : signal;
}
