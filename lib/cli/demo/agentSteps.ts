import { createHash } from "node:crypto";
import { concat, concatMap, defer, EMPTY, from, map, type Observable, of, switchMap, throwIfEmpty, timer } from "rxjs";
import { OpControlUnavailableError } from "../../errors.js";
import type { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { failOnTerminate } from "../../operators/failOnTerminate.js";

/** What the agent reports: that a line has to wait, that its tool call has begun, and what came of it. */
export type AgentStep =
  | { readonly type: "held" | "started"; readonly line: number; readonly text: string }
  | { readonly type: "finished"; readonly line: number; readonly text: string; readonly result: string };

/** What the agent has to do, and who may stop it. */
interface AgentWork {
  readonly control: Pick<OpControlSubscriber, "awaitOp" | "isPaused" | "status">;
  readonly opId: string;
  readonly lines: readonly string[];
  /** How long one tool call takes, in milliseconds. */
  readonly callMs: number;
}

/**
 * An agent that makes one tool call per line, one after the other, under one op: each call waits until the op may run,
 * and a terminate ends the call in flight and all that would follow.
 */
export function agentSteps({ control, opId, lines, callMs }: AgentWork): Observable<AgentStep> {
  return from(lines).pipe(
    concatMap((text, index) => {
      const line = index + 1;
      const held$ = defer(() => (control.isPaused(opId) ? of<AgentStep>({ type: "held", line, text }) : EMPTY));
      const call$ = control.awaitOp(opId).pipe(
        throwIfEmpty(() => new OpControlUnavailableError("the channel was closed: nobody can say whether to go on")),
        switchMap(() => concat(of<AgentStep>({ type: "started", line, text }), toolCall(line, text, callMs))),
      );
      return concat(held$, call$);
    }),
    failOnTerminate(control.status(opId)),
  );
}

/** A tool that takes its time to count the words of a text and to sign it. */
function toolCall(line: number, text: string, callMs: number): Observable<AgentStep> {
  return timer(callMs).pipe(
    map(() => {
      const words = text.split(/\s+/).filter(Boolean).length;
      const digest = createHash("sha256").update(text).digest("hex").slice(0, 8);
      return { type: "finished", line, text, result: `${words} words, sha256 ${digest}` };
    }),
  );
}
