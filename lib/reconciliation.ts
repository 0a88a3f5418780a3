import {
  catchError,
  defer,
  distinctUntilChanged,
  EMPTY,
  finalize,
  from,
  map,
  type Observable,
  of,
  reduce,
  startWith,
  switchMap,
  throwError,
  timeout,
} from "rxjs";
import type { ChannelStatus } from "./channel/ChannelStatus.js";
import type { Reconcile } from "./options.js";
import { describeError } from "./printable.js";
import type { OpRecord } from "./rest/OpRecord.js";

const TIMEOUT_MS = 10_000;

/** What comes of asking: that it has begun, and then the records or why there are none. */
export type Reconciliation =
  | { readonly type: "asking" }
  | { readonly type: "records"; readonly records: readonly OpRecord[] }
  | { readonly type: "reconcileFailed"; readonly message: string };

/**
 * Asks what was missed each time the channel becomes live; a channel that is lost meanwhile is not waited for.
 *
 * @internal
 */
export function reconciliation(
  connection$: Observable<ChannelStatus>,
  reconcile: Reconcile,
): Observable<Reconciliation> {
  return connection$.pipe(
    map(({ state }) => state === "live"),
    distinctUntilChanged(),
    switchMap((isLive) => (isLive ? ask(reconcile) : EMPTY)),
  );
}

function ask(reconcile: Reconcile): Observable<Reconciliation> {
  return defer(() => {
    const controller = new AbortController();
    return defer(() => from(reconcile(controller.signal))).pipe(
      reduce<readonly OpRecord[], OpRecord[]>((all, records) => [...all, ...records], []),
      timeout({ first: TIMEOUT_MS, with: () => throwError(() => new Error(`no end of it after ${TIMEOUT_MS} ms`)) }),
      map((records): Reconciliation => ({ type: "records", records })),
      catchError((error: unknown) => of<Reconciliation>({ type: "reconcileFailed", message: describeError(error) })),
      finalize(() => {
        controller.abort();
      }),
      startWith<Reconciliation>({ type: "asking" }),
    );
  });
}
