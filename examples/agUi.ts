import { HttpAgent, type Message } from "@ag-ui/client";
import type { OpControlSubscriber } from "rx-op-control";
import { governAgent } from "rx-op-control/ag-ui";

/** An agent that speaks AG-UI at some address, each of its runs under the op that is sent along with it. */
export function agentAt(url: string, control: OpControlSubscriber): HttpAgent {
  return governAgent(new HttpAgent({ url }), control, ({ forwardedProps }) => (forwardedProps as { op: string }).op);
}

/** What the agent has to say. */
export async function answer(agent: HttpAgent, op: string): Promise<Message[]> {
  const errors: Error[] = [];
  const { newMessages } = await agent.runAgent(
    { forwardedProps: { op } },
    {
      // AG-UI resolves also where a run ended with RUN_ERROR.
      onRunErrorEvent: ({ event: { code, message } }) => {
        errors.push(new Error(message, { cause: code }));
      },
    },
  );
  if (errors[0]) throw errors[0];
  return newMessages;
}
