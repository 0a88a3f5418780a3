import { catchError, defer, EMPTY, map, merge, type Observable, startWith, take, timer } from "rxjs";
import type { OpControlSubscriber } from "../../OpControlSubscriber.js";

/** Whether the op's record has been heeded, or cannot be had; gives up waiting after so many milliseconds. */
export function recordHeeded(control: Pick<OpControlSubscriber, "ready">, patienceMs: number): Observable<boolean> {
  const heeded$ = defer(() => control.ready({ reconciled: true })).pipe(
    // That the channel has failed is told by the op's verdict.
    catchError(() => EMPTY),
  );
  return merge(heeded$, timer(patienceMs)).pipe(
    take(1),
    map(() => true),
    startWith(false),
  );
}
