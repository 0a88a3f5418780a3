import {
  catchError,
  concatMap,
  connect,
  defer,
  EMPTY,
  endWith,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  type OperatorFunction,
  switchMap,
  takeUntil,
  tap,
  throwError,
  timeout,
  toArray,
} from "rxjs";
import type { ChannelEvent } from "./channel/SignalSource.js";
import { liveness } from "./liveness.js";
import type { OpControlMessage } from "./opStatus.js";
import type { Reconcile } from "./options.js";
import { describeError } from "./printable.js";
import { readRecords } from "./readRecords.js";
import type { RecordComparison } from "./RecordComparison.js";

const TIMEOUT_MS = 10_000;

/**
 * What a source has to tell, and the signals that nobody sent but that records amount to.
 *
 * @internal
 */
export type ReconciledEvent = ChannelEvent | { readonly type: "found"; readonly signal: OpControlMessage };

/**
 * Asks what was missed each time the channel becomes live, and adds what is found to what the source tells.
 *
 * When the channel is lost meanwhile, or all is unsubscribed, the question is given up.
 *
 * @param comparison Makes the rule; a new one for each subscription.
 *
 * @internal
 */
export function reconciling(
  reconcile: Reconcile,
  comparison: () => RecordComparison,
): OperatorFunction<ChannelEvent, ReconciledEvent> {
  return connect((event$) => {
    const rule = comparison();
    const heard$ = event$.pipe(
      tap((event) => {
        if (event.type === "message") rule.hear(event.message);
      }),
    );
    const found$ = liveness(event$).pipe(
      switchMap((isLive) => (isLive ? findings(reconcile, rule) : EMPTY)),
      takeUntil(event$.pipe(ignoreElements(), endWith(true))),
    );
    return merge(heard$, found$);
  });
}

function findings(reconcile: Reconcile, rule: RecordComparison): Observable<ReconciledEvent> {
  return defer(() => {
    rule.ask();
    return answer(reconcile).pipe(
      map((lists): Iterable<ReconciledEvent> => found(rule.findings(readRecords(lists)))),
      catchError((error: unknown) => of([failure(error)])),
      // One after the other: what comes of one may be a signal to an op that is further down.
      concatMap((events) => events),
      finalize(() => {
        rule.stop();
      }),
    );
  });
}

/** All that it emits, once it completes. */
function answer(reconcile: Reconcile): Observable<readonly unknown[]> {
  return defer(() => {
    const controller = new AbortController();
    return defer(() => from(reconcile(controller.signal))).pipe(
      tap({
        unsubscribe: () => {
          controller.abort();
        },
      }),
      toArray(),
      timeout({ first: TIMEOUT_MS, with: () => throwError(() => new Error(`no end of it after ${TIMEOUT_MS} ms`)) }),
    );
  });
}

function* found(signals: Iterable<OpControlMessage>): Generator<ReconciledEvent> {
  const counts = { PAUSE: 0, RESUME: 0, TERMINATE: 0 };
  for (const signal of signals) {
    counts[signal.signal]++;
    yield { type: "found", signal };
  }
  const { PAUSE: paused, RESUME: resumed, TERMINATE: terminated } = counts;
  yield { type: "diagnostic", diagnostic: { kind: "reconciled", paused, resumed, terminated } };
}

function failure(error: unknown): ReconciledEvent {
  return { type: "diagnostic", diagnostic: { kind: "reconcileFailed", message: describeError(error) } };
}
