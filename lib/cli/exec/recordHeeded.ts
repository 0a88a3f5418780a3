import { filter, map, merge, type Observable, ReplaySubject, startWith, take, timer } from "rxjs";
import type { Diagnostic } from "../../Diagnostic.js";

/**
 * Whether the op's record has been heeded, or cannot be had; listens from the call on, and gives up waiting so many
 * milliseconds after it is subscribed to.
 */
export function recordHeeded(diagnostics$: Observable<Diagnostic>): (patienceMs: number) => Observable<boolean> {
  const answered$ = new ReplaySubject<Diagnostic>(1);
  diagnostics$.pipe(filter(({ kind }) => kind === "reconciled" || kind === "reconcileFailed")).subscribe(answered$);
  return (patienceMs) =>
    merge(answered$, timer(patienceMs)).pipe(
      take(1),
      map(() => true),
      startWith(false),
    );
}
