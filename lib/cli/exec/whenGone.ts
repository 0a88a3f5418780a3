import { concat, defer, filter, map, type Observable, of, take, takeUntil, tap, timer } from "rxjs";
import type { Tree } from "./process/Tree.js";

/** Between two looks whether all have ended. */
const POLL_MS = 50;
/** What cannot even be killed waits for a disk that does not answer, or is another user's. */
const GIVE_UP_MS = 5_000;

/** How it went: by themselves, by SIGKILL, or not at all. */
export type Parting = "left" | "killed" | "stayed";

/** Emits once, when no process of the tree is left; kills what is still there when patience is over. */
export function whenGone(
  tree: Tree,
  impatience$: Observable<unknown>,
  onKill: (processes: number) => void,
): Observable<Parting> {
  const left$ = timer(0, POLL_MS).pipe(
    filter(() => tree.size === 0),
    map((): Parting => "left"),
    takeUntil(impatience$),
  );
  const killed$ = defer((): Observable<Parting> => {
    const { size } = tree;
    if (size === 0) return of("left");
    onKill(size);
    return timer(0, POLL_MS).pipe(
      tap(() => {
        tree.kill();
      }),
      filter(() => tree.size === 0),
      map((): Parting => "killed"),
      takeUntil(timer(GIVE_UP_MS)),
    );
  });
  return concat(left$, killed$, of<Parting>("stayed")).pipe(take(1));
}
