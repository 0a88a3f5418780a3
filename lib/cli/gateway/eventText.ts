import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { AgentIdentity } from "../../options.js";
import { printable } from "../../printable.js";
import type { GatewayEvent, RefusedEnvelope } from "./GatewayEvent.js";
import { signalName } from "./signalName.js";

const LABEL_WIDTH = 11;

/** An event as lines for people; what comes from outside is made printable. */
export function eventText(event: GatewayEvent): string {
  switch (event.type) {
    case "listening":
      return (
        "gateway for development, not for production: it forgets everything when it ends\n" +
        line("agents", `gRPC on ${event.endpoint}${event.asksForToken ? ", with a credential token" : ""}`) +
        line("operators", `REST on ${event.apiUrl}${event.asksForKey ? ", with the key" : ""}`) +
        (event.nats ? line("bus", `NATS on ${event.nats.map((server) => printable(server)).join(", ")}`) : "")
      );
    case "subscribed":
    case "left":
      return line(event.type, agentText(event.agent));
    case "registered": {
      const { record, agent } = event;
      return line(event.type, `${printable(record.op_id)}, ${record.state}, for ${agentText(agent)}`);
    }
    case "accepted":
      return line(event.type, `${event.action} ${printable(event.record.op_id)}, which is ${event.record.state} now`);
    case "halted": {
      const { scope, target, action } = event.halt;
      return line(
        "accepted",
        `${action} ${scope === "agent" ? `every op of ${printable(target)}` : "the whole fleet"}`,
      );
    }
    case "sent": {
      const { opId, signal, sequence, agent, streams } = event.sent;
      const what = `${signalName(signal)} ${printable(opId)} to ${agentText(agent)}`;
      return line(event.type, `${what}, #${sequence}${streams === 0 ? ": nobody here is subscribed to hear it" : ""}`);
    }
    case "bus":
      return line(event.type, busText(event.status));
    case "refused": {
      const { reason, subject } = event.refused;
      return line(event.type, `a message on ${subject}: ${reasons[reason]}`);
    }
    case "closed":
      return line(event.type, "every stream has ended");
  }
}

const reasons: Readonly<Record<RefusedEnvelope["reason"], string>> = {
  notAnEnvelope: "it is no envelope",
  otherSubject: "its ids belong to another subject",
  otherAgent: "it is for another agent than its subject",
  widerScope: "it claims a wider scope than its subject",
};

function busText({ state, attempt, lastError, retryInMs }: ChannelStatus): string {
  const again = retryInMs === undefined ? "" : `, attempt ${attempt} in ${(retryInMs / 1_000).toFixed(1)} s`;
  return `${state}${again}${lastError === undefined ? "" : `: ${lastError}`}`;
}

function line(label: string, text: string): string {
  return `${label.padEnd(LABEL_WIDTH)}${text}\n`;
}

/** The three parts that an agent is known by; those that are empty are left out. */
function agentText(agent: AgentIdentity | undefined): string {
  if (!agent) return "everyone";
  const { orgId, teamId, agentId } = agent;
  return printable([orgId, teamId, agentId].filter((part) => part).join("/"));
}
