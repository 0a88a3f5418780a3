import { catchError, concat, map, type Observable, of, takeWhile } from "rxjs";
import type { OpScope, OpStatus } from "../../opStatus.js";

/** What an op may do, or that nobody can say so any more. */
export type OpVerdict =
  | { readonly state: OpStatus["state"]; readonly scope: OpScope }
  | { readonly state: "unknown"; readonly reason: unknown };

/** An op's statuses up to what is final, as which also counts that they end: then nobody can say whether it may run. */
export function opVerdict(status$: Observable<Pick<OpStatus, "state" | "scope">>): Observable<OpVerdict> {
  const closed: OpVerdict = { state: "unknown", reason: new Error("the channel was closed") };
  return concat(status$.pipe(map(({ state, scope }): OpVerdict => ({ state, scope }))), of(closed)).pipe(
    catchError((reason: unknown) => of<OpVerdict>({ state: "unknown", reason })),
    takeWhile(({ state }) => state === "running" || state === "paused", true),
  );
}
