import { createInterface } from "node:readline";
import { defer, finalize, fromEvent, map, type Observable, takeUntil } from "rxjs";

/** The lines that are typed, until the end of the input (Ctrl-D). */
export function typedLines(input: NodeJS.ReadableStream): Observable<string> {
  return defer(() => {
    const lines = createInterface({ input });
    return fromEvent(lines, "line").pipe(
      map(String),
      takeUntil(fromEvent(lines, "close")),
      finalize(() => {
        lines.close();
      }),
    );
  });
}
