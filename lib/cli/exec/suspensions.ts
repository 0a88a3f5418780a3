import { concat, defer, EMPTY, exhaustMap, filter, fromEvent, map, type Observable, of, timer } from "rxjs";

/** What the gateway said while we were stopped is read first. */
const SETTLE_MS = 200;

/**
 * Ctrl-Z: `true` before we are stopped ourselves, and `false` a moment after we were continued, so that whom we govern
 * can be stopped in between: it must not run on while its governor does not.
 */
export function suspensions(isWelcome: () => boolean): Observable<boolean> {
  return fromEvent(process, "SIGTSTP").pipe(
    filter(isWelcome),
    exhaustMap(() => concat(of(true), defer(stopOurselves), timer(SETTLE_MS).pipe(map(() => false)))),
  );
}

/** As if we had not listened: where no shell could continue us, the operating system does not stop us. */
function stopOurselves(): Observable<never> {
  const listeners = process.listeners("SIGTSTP");
  process.removeAllListeners("SIGTSTP");
  process.kill(process.pid, "SIGTSTP");
  for (const listener of listeners) process.on("SIGTSTP", listener);
  return EMPTY;
}
