import { AGENT_ID_PREFIX, FLEET_ID } from "../../opStatus.js";
import { describeError, printable } from "../../printable.js";
import { OP_ACTIONS, type OpAction } from "../../rest/OpRecord.js";
import type { DevGateway } from "../../testing/DevGateway.js";
import { opSignals } from "../../testing/rest/opSignals.js";

/** What can be typed. */
export const LINE_HELP = "type pause, resume or terminate, and an op such as demo:1, or * for the whole fleet; or: ops";

type Gateway = Pick<DevGateway, "ops" | "signal" | "subscribers">;

/**
 * Does what an operator has typed, and gives what there is to say to it. An op that is registered and the fleet are acted
 * on as by the REST API, so that records agree and a bus is told; the signal of another goes to everyone here as it is.
 */
export async function obeyLine(gateway: Gateway, typed: string): Promise<string | undefined> {
  const [, verb = "", opId = ""] = /^\s*(\S*)\s*(.*?)\s*$/s.exec(typed) ?? [];
  if (verb === "") return undefined;
  if (verb === "ops" && opId === "") return opList(gateway);
  const action = OP_ACTIONS.find((known) => known === verb);
  return action && opId !== "" ? act(gateway, opId, action) : LINE_HELP;
}

async function act(gateway: Gateway, opId: string, action: OpAction): Promise<string | undefined> {
  const record = gateway.ops.get(opId);
  if (!record && opId !== FLEET_ID) return signalAsItIs(gateway, opId, action);
  try {
    await (record ? gateway.ops.act(opId, action) : gateway.ops.haltFleet(action));
    return undefined;
  } catch (error) {
    return `refused: ${record ? `${printable(opId)} is ${record.state}: ` : ""}${describeError(error)}`;
  }
}

/** Every `agent:…` that comes by an agent's stream is its own, so it goes to no other's. */
function signalAsItIs(gateway: Gateway, opId: string, action: OpAction): string | undefined {
  if (!opId.startsWith(AGENT_ID_PREFIX)) {
    gateway.signal(opId, opSignals[action]);
    return undefined;
  }
  const agents = new Map(
    gateway.subscribers
      .filter(({ agentId }) => opId === `${AGENT_ID_PREFIX}${agentId}`)
      .map((agent) => [JSON.stringify([agent.orgId, agent.teamId]), agent]),
  );
  for (const agent of agents.values()) gateway.signal(opId, opSignals[action], agent);
  return agents.size > 0 ? undefined : `nobody of the name of ${printable(opId)} is subscribed`;
}

function opList({ ops }: Gateway): string {
  const lines = ops.list().map(({ op_id, state }) => `${state.padEnd(10)} ${printable(op_id)}`);
  return lines.length > 0 ? lines.join("\n") : "no op is registered";
}
