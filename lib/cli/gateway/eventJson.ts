import type { AgentIdentity } from "../../options.js";
import { jsonLine } from "../jsonLine.js";
import type { GatewayEvent } from "./GatewayEvent.js";
import { signalName } from "./signalName.js";

/** An event as a line of NDJSON. */
export function eventJson(event: GatewayEvent): string {
  return jsonLine({ type: event.type, at: new Date().toISOString(), ...fieldsOf(event) });
}

function fieldsOf(event: GatewayEvent): object {
  switch (event.type) {
    case "listening": {
      const { endpoint, asksForToken, apiUrl, asksForKey, nats } = event;
      return { purpose: "for development, not for production", endpoint, asksForToken, apiUrl, asksForKey, nats };
    }
    case "subscribed":
    case "left":
      return { agent: tripleOf(event.agent) };
    case "registered":
      return { opId: event.record.op_id, state: event.record.state, agent: tripleOf(event.agent) };
    case "accepted":
      return { action: event.action, opId: event.record.op_id, state: event.record.state };
    case "halted": {
      const { scope, target, action } = event.halt;
      return { action, scope, target };
    }
    case "sent": {
      const { opId, signal, sequence, streams, agent } = event.sent;
      return { opId, signal: signalName(signal), sequence, streams, agent: tripleOf(agent) };
    }
    case "bus":
      return event.status;
    case "refused": {
      const { reason, subject, count } = event.refused;
      return { reason, subject, count };
    }
    case "closed":
      return {};
  }
}

function tripleOf(agent: AgentIdentity | undefined): AgentIdentity | undefined {
  return agent && { orgId: agent.orgId ?? "", teamId: agent.teamId ?? "", agentId: agent.agentId };
}
