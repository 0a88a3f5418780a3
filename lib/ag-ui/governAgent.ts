import type { AbstractAgent, HttpAgent, RunAgentInput } from "@ag-ui/client";
import { map, NEVER } from "rxjs";
import { aborted } from "../aborted.js";
import { checkMethods } from "../check.js";
import { governRuns, type OpControlMiddlewareOptions, type RunControl } from "./opControlMiddleware.js";
import { isStop } from "./runError.js";

/**
 * Has an AG-UI agent's runs governed by `opControlMiddleware`, and each that was stopped by it aborted at the agent.
 *
 * The second matters to agents that work behind a transport: an `HttpAgent`'s request goes on though nobody is subscribed
 * to the run any more, and with it what the agent does at the other end; `abortRun()` ends it. Of several runs at once of
 * one `HttpAgent` only the one that was stopped is aborted. A run of one that is aborted while it waits for its op ends
 * at once and is never started.
 *
 * The agent's clones are governed as it is. Call it before any other middleware is added, for it governs what is added
 * later. AG-UI's `connectAgent`, and `run` where it is called directly, know no middleware, so they are **not governed**,
 * nor is a run any more that was detached from (`detachActiveRun`): abort it instead.
 *
 * @example
 * ```ts
 * import { HttpAgent } from "@ag-ui/client";
 * import { OpControlSubscriber } from "rx-op-control";
 * import { governAgent } from "rx-op-control/ag-ui";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * await control.ready();
 * const agent = new HttpAgent({ url: "http://127.0.0.1:8000/agent" });
 * governAgent(agent, control, ({ threadId, runId }) => `${threadId}:${runId}`);
 * await agent.runAgent({}, { onRunErrorEvent: ({ event }) => console.error(event.code, event.message) });
 * ```
 *
 * @returns The same agent.
 * @throws TypeError naming the argument that is wrong.
 */
export function governAgent<A extends AbstractAgent>(
  agent: A,
  control: RunControl,
  opIdOf: (input: RunAgentInput) => string,
  options: OpControlMiddlewareOptions = {},
): A {
  checkMethods("agent", agent, ["use", "subscribe", "abortRun"], "an AG-UI agent, such as an HttpAgent");
  const runs = new WeakMap<RunAgentInput, Run>();
  const abort = (input: RunAgentInput): void => {
    const run = runs.get(input);
    runs.delete(input);
    if (run) abortAtAgent(run);
  };
  agent.use(
    governRuns(control, opIdOf, options, {
      givenUp: (input) => {
        const transport = runs.get(input)?.transport;
        return transport ? aborted(transport.signal).pipe(map(rethrow)) : NEVER;
      },
      onStart: (input) => {
        const run = runs.get(input);
        if (run) runs.set(input, { ...runOf(run.runner), isStarted: true });
      },
      onStop: (input) => {
        if (runs.get(input)?.isStarted) abort(input);
        else runs.delete(input);
      },
    }),
  );
  agent.subscribe({
    // The agent whose run it is may be a clone of ours.
    onRunInitialized: ({ agent: runner, input }) => {
      runs.set(input, runOf(runner));
    },
    // The same again, later, where a middleware further out has given ours another input.
    onRunErrorEvent: ({ event, input }) => {
      if (isStop(event)) abort(input);
    },
  });
  return agent;
}

/** A run, and what it can be ended by. */
interface Run {
  readonly runner: AbstractAgent;
  /** An `HttpAgent` has one per run, and knows that of its latest only. */
  readonly transport: AbortController | undefined;
  readonly isStarted: boolean;
}

function runOf(runner: AbstractAgent): Run {
  return { runner, transport: transportOf(runner), isStarted: false };
}

/** Not `instanceof`, for which AG-UI would have to be loaded; and what other agents call by that name may be anything. */
function transportOf(runner: AbstractAgent): AbortController | undefined {
  const { abortController } = runner as Partial<Pick<HttpAgent, "abortController">>;
  return "requestInit" in runner && abortController instanceof AbortController ? abortController : undefined;
}

/** Where another run of the agent has begun since, `abortRun` would end that one, and this one would go on. */
function abortAtAgent({ runner, transport }: Run): void {
  if (transport && transport !== transportOf(runner)) transport.abort();
  else runner.abortRun();
}

function rethrow(reason: unknown): never {
  throw reason;
}
