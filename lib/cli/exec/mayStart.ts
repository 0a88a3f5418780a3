import { combineLatest, map, NEVER, type Observable, switchMap, take, tap, timer } from "rxjs";
import type { ExecEvent } from "./ExecEvent.js";
import type { OpVerdict } from "./opVerdict.js";

/**
 * Emits once: the verdict to start by, or the one because of which it is not started. A pause is waited out.
 *
 * A turn of the event loop must pass without another verdict, so that RESUME and PAUSE that arrive together start
 * nothing; whoever starts it upon this, does so before any further signal can be read.
 */
export function mayStart(
  verdict$: Observable<OpVerdict>,
  isReady$: Observable<boolean>,
  tell: (event: ExecEvent) => void,
): Observable<OpVerdict> {
  const told$ = verdict$.pipe(
    tap((verdict) => {
      if (verdict.state === "paused") tell({ type: "held", scope: verdict.scope });
    }),
  );
  return combineLatest([told$, isReady$]).pipe(
    switchMap(([verdict, isReady]) => {
      if (verdict.state === "paused" || (verdict.state === "running" && !isReady)) return NEVER;
      return timer(0).pipe(map(() => verdict));
    }),
    take(1),
  );
}
