import { catchError, from, map, merge, type Observable, of } from "rxjs";
import type { ExecEvent } from "./ExecEvent.js";
import type { OpVerdict } from "./opVerdict.js";
import type { Outcome } from "./Outcome.js";
import type { Tree } from "./process/Tree.js";
import type { Happening } from "./Situation.js";
import { signalsToUs } from "./signalsToUs.js";
import { suspensions } from "./suspensions.js";

/** What is governed, and by whom. */
export interface Governed {
  readonly tree: Tree;
  /** How the process has ended that the tree begins with. */
  readonly leaderEnded: Promise<Outcome>;
  readonly verdict$: Observable<OpVerdict>;
  /** Whether somebody would end it if we were killed; errors where nobody can. */
  readonly guarded$: Observable<boolean>;
  /** How long it may take to end, once it is told to. */
  readonly graceMs: number;
  readonly tell: (event: ExecEvent) => void;
}

/** All that may happen to what is governed, and to us as its governor. */
export function happenings(
  { leaderEnded, verdict$, guarded$ }: Pick<Governed, "leaderEnded" | "verdict$" | "guarded$">,
  isEnding: () => boolean,
): Observable<Happening> {
  return merge<Happening[]>(
    verdict$.pipe(map((verdict) => ({ type: "verdict", verdict }))),
    guarded$.pipe(
      map((isGuarded): Happening => ({ type: "guarded", isGuarded })),
      catchError((reason: unknown) => of<Happening>({ type: "unguardable", reason })),
    ),
    signalsToUs().pipe(map((signal) => ({ type: "signal", signal }))),
    // Who has to end is not left alone with it.
    suspensions(() => !isEnding()).pipe(map((isSuspended) => ({ type: "suspended", isSuspended }))),
    from(leaderEnded).pipe(map(() => ({ type: "leaderEnded" }))),
  );
}
