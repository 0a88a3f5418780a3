import { fromEvent, map, merge, type Observable, take } from "rxjs";

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The first signal to stop that the process is sent; no other is caught, so that a second one ends it at once. */
export function stopSignals(): Observable<NodeJS.Signals> {
  return merge(...NAMES.map((name) => fromEvent(process, name).pipe(map(() => name)))).pipe(take(1));
}
