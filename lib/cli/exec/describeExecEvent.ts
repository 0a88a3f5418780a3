import type { AgentIdentity } from "../../options.js";
import { printable } from "../../printable.js";
import type { EndReason, ExecEvent } from "./ExecEvent.js";

const reasons: Readonly<Record<EndReason, (detail: string) => string>> = {
  terminated: (detail) => `the op was terminated (scope: ${detail})`,
  failed: (detail) => `nobody can say any more whether it may run: ${detail}`,
  asked: (detail) => `asked to end by ${detail}`,
  leaderEnded: () => "the command has ended, and what it has started must not run on",
};

/** A sentence for whoever reads along; undefined for what is of interest to a machine only. */
export function describeExecEvent(event: ExecEvent): string | undefined {
  switch (event.type) {
    case "channel":
    case "registered":
    case "ended":
      return undefined;
    case "subscribing":
      return `waiting for the gateway ${event.gateway} as agent ${agentText(event)}, op ${printable(event.opId)}`;
    case "notRegistered":
      return event.isNamed
        ? `the op could not be registered at ${event.api}, so operators may not see it: ${event.reason}`
        : undefined;
    case "cannotRun":
      return `${printable(event.command)}: ${event.reason}`;
    case "held":
      return `the op is paused (scope: ${event.scope}): the command is not started before it is resumed`;
    case "notStarted":
      return `the command is not started: ${event.reason}`;
    case "started":
      return `started ${printable(event.command)} (pid ${event.pid})`;
    case "stopped":
      return `paused (scope: ${event.scope}): ${count(event.processes)} stopped`;
    case "continued":
      return `resumed (scope: ${event.scope})`;
    case "interruptedWhileStopped":
      return "interrupted while it is stopped: it will hear of that when the op is resumed; once more kills it now";
    case "guardianLost":
      return "the process that guards it was lost: it is stopped until there is another";
    case "ending":
      return `${reasons[event.reason](event.detail)}: ${endText(event.processes, event.graceMs)}`;
    case "killing":
      return `${count(event.processes)} killed`;
    case "outOfReach":
      return `not ours to signal, so it goes on: ${event.pids.map((pid) => `pid ${pid}`).join(", ")}`;
    case "leftBehind":
      return `${count(event.processes)} could not be killed`;
  }
}

function agentText({ agentId, teamId, orgId }: AgentIdentity): string {
  const of = [teamId && `team ${teamId}`, orgId && `organisation ${orgId}`].filter(Boolean).join(", ");
  return printable(of ? `${agentId} (${of})` : agentId);
}

function endText(processes: number, graceMs: number): string {
  return graceMs === 0
    ? `${count(processes)} to be killed`
    : `SIGTERM sent to ${count(processes)}, SIGKILL follows in ${graceMs / 1000} s`;
}

function count(processes: number): string {
  return processes === 1 ? "1 process" : `${processes} processes`;
}
