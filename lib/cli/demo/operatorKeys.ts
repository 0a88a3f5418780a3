import type { ReadStream } from "node:tty";
import { finalize, fromEvent, map, mergeMap, type Observable } from "rxjs";
import type { OpControlSignal } from "../../opStatus.js";

/** What the operator wants: to send a signal, or to leave. */
export type OperatorWish = OpControlSignal | "quit";

const wishes: Readonly<Record<string, OperatorWish>> = {
  p: "PAUSE",
  r: "RESUME",
  t: "TERMINATE",
  q: "quit",
  "\u0003": "quit",
};

/** The keys p, r, t and q (and Ctrl-C) of a terminal, as they are pressed. */
export function operatorKeys(stdin: ReadStream): Observable<OperatorWish> {
  stdin.setRawMode(true);
  stdin.resume();
  return fromEvent(stdin, "data").pipe(
    mergeMap((data) => String(data).toLowerCase()),
    map((key) => wishes[key]),
    mergeMap((wish) => (wish ? [wish] : [])),
    finalize(() => {
      stdin.setRawMode(false);
      stdin.pause();
    }),
  );
}
