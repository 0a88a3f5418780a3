import {
  defer,
  distinctUntilChanged,
  EMPTY,
  filter,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  type Observable,
  of,
  scan,
  shareReplay,
  switchMap,
  take,
  tap,
  timer,
  withLatestFrom,
} from "rxjs";
import { ExitCode } from "../ExitCode.js";
import { Enforcer, type Step } from "./Enforcer.js";
import { type Governed, happenings } from "./happenings.js";
import type { Outcome } from "./Outcome.js";
import { type End, isHeld, reduceSituation, STARTED } from "./Situation.js";
import { type Parting, whenGone } from "./whenGone.js";

/** For how long somebody else can have woken what is stopped. */
const PATROL_MS = 1_000;

/**
 * Governs what was started: it runs only while its op may, while it is guarded and while we are not stopped ourselves.
 * Emits once, when nothing of it is left, what we are to end with.
 */
export function govern(governed: Governed): Observable<Outcome> {
  const { tree, tell, graceMs, leaderEnded } = governed;
  return defer(() => {
    const enforcer = new Enforcer({ tree, graceMs, tell });
    let isEnding = false;
    const situation$ = happenings(governed, () => isEnding).pipe(
      scan<Parameters<typeof reduceSituation>[1], Step | undefined>((step, happening) => {
        const before = step?.after ?? STARTED;
        return { before, after: reduceSituation(before, happening), happening };
      }, undefined),
      filter((step) => step !== undefined),
      tap((step) => {
        isEnding = step.after.end !== undefined;
        enforcer.enforce(step);
      }),
      map(({ after }) => after),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
    const patrol$ = situation$.pipe(
      map(isHeld),
      distinctUntilChanged(),
      switchMap((held) => (held ? interval(PATROL_MS) : EMPTY)),
      tap(() => {
        enforcer.patrol();
      }),
      ignoreElements(),
    );
    const end$ = situation$.pipe(
      map(({ end }) => end),
      filter((end) => end !== undefined),
    );
    // Patience is not renewed by a further reason to end, only cut short.
    const impatience$ = merge(timer(graceMs), end$.pipe(filter(({ isUrgent }) => isUrgent)));
    const parting$ = end$.pipe(
      take(1),
      switchMap(() =>
        whenGone(tree, impatience$, (processes) => {
          tell({ type: "killing", processes });
        }),
      ),
    );
    const outcome$ = parting$.pipe(
      withLatestFrom(end$),
      switchMap(([parting, end]) => {
        if (parting === "stayed") tell({ type: "leftBehind", processes: tree.size });
        return outcomeOf(end, parting, leaderEnded);
      }),
    );
    return merge(patrol$, outcome$).pipe(
      take(1),
      // Whatever else may happen to us, nothing runs on that nobody governs.
      finalize(() => {
        if (tree.size > 0) tree.kill();
      }),
    );
  });
}

/** What was asked of us counts more than what became of the process; without that, it does. */
function outcomeOf({ reason, signal }: End, parting: Parting, leaderEnded: Promise<Outcome>): Observable<Outcome> {
  if (reason === "terminated") return of({ exitCode: ExitCode.opTerminated });
  if (reason === "failed") return of({ exitCode: ExitCode.channelFailed });
  return signal !== undefined && parting !== "left" ? of({ signal }) : from(leaderEnded);
}
