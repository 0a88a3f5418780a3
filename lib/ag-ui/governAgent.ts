import type { AbstractAgent, RunAgentInput } from "@ag-ui/client";
import { checkMethods } from "../check.js";
import { governRuns, type OpControlMiddlewareOptions, type RunControl } from "./opControlMiddleware.js";
import { isStop } from "./runError.js";

/**
 * Has an AG-UI agent's runs governed by `opControlMiddleware`, and each that was stopped by it aborted at the agent.
 *
 * The second matters to agents that work behind a transport: an `HttpAgent`'s request goes on though nobody is subscribed
 * to the run any more, and with it what the agent does at the other end; `abortRun()` ends it. The agent's clones are
 * governed as it is. Call it before any other middleware is added, for it governs what is added later.
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
  const running = new WeakMap<RunAgentInput, AbstractAgent>();
  const abort = (input: RunAgentInput): void => {
    const runner = running.get(input);
    running.delete(input);
    runner?.abortRun();
  };
  agent.use(governRuns(control, opIdOf, options, abort));
  agent.subscribe({
    // The agent whose run it is may be a clone of ours.
    onRunInitialized: ({ agent: runner, input }) => {
      running.set(input, runner);
    },
    // The same again, later, where a middleware further out has given ours another input.
    onRunErrorEvent: ({ event, input }) => {
      if (isStop(event)) abort(input);
    },
  });
  return agent;
}
