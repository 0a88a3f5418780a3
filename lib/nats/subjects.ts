import type { AgentIdentity } from "../options.js";

const PREFIX = "assembly.opcontrol";

/**
 * What the stream takes in: the subjects of every agent, and the fleet's.
 *
 * @internal
 */
export const ALL_SUBJECTS = `${PREFIX}.>`;

/**
 * The subject of what is for every agent.
 *
 * @internal
 */
export const GLOBAL_SUBJECT = `${PREFIX}.global`;

/**
 * The subject of what is for one agent: `assembly.opcontrol.<tenant>.<agent>`, the tenant being its org, else its team.
 *
 * @internal
 */
export function agentSubject({ orgId = "", teamId = "", agentId }: AgentIdentity): string {
  const tenant = [orgId, teamId].find((id) => id !== "");
  return `${PREFIX}.${tenant === undefined ? "default" : token(tenant)}.${token(agentId)}`;
}

/** An id as one token of a subject: ASCII letters, digits and `-` as they are, every other byte as `_HH`. */
function token(id: string): string {
  return Array.from(Buffer.from(id), (byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9-]/.test(character) ? character : `_${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
