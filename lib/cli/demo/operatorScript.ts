import { concat, delay, filter, map, type Observable, of, take } from "rxjs";
import type { OpControlSignal } from "../../opStatus.js";
import type { AgentStep } from "./agentSteps.js";

const PAUSE_MS = 1_500;
const MOST_LINES_BETWEEN = 8;

/**
 * What the operator does where there is no terminal to press keys at: pauses the agent in its first lines, resumes it
 * after a while and terminates it in the middle of a later call.
 */
export function operatorScript(steps$: Observable<AgentStep>, lineCount: number): Observable<OpControlSignal> {
  const pauseAt = Math.min(Math.ceil(lineCount / 4), MOST_LINES_BETWEEN);
  const terminateAt = Math.min(Math.max(Math.ceil(lineCount / 2), pauseAt + 1), 2 * MOST_LINES_BETWEEN);
  return concat(
    started(steps$, pauseAt, "PAUSE"),
    of<OpControlSignal>("RESUME").pipe(delay(PAUSE_MS)),
    started(steps$, terminateAt, "TERMINATE"),
  );
}

function started(steps$: Observable<AgentStep>, at: number, signal: OpControlSignal): Observable<OpControlSignal> {
  return steps$.pipe(
    filter(({ type, line }) => type === "started" && line === at),
    take(1),
    map(() => signal),
  );
}
