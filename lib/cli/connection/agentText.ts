import type { AgentIdentity } from "../../options.js";
import { printable } from "../../printable.js";

/** An agent by its id, and by its organisation and team where it has any. */
export function agentText({ agentId, teamId, orgId }: AgentIdentity): string {
  const within = [orgId && `org ${orgId}`, teamId && `team ${teamId}`].filter(Boolean);
  return printable(within.length === 0 ? agentId : `${agentId} (${within.join(", ")})`);
}
