import { check, checkObject } from "../check.js";
import type { AgentIdentity } from "../options.js";

/**
 * Refuses what names no agent: it would be another's subject, or nobody's.
 *
 * @internal
 */
export function checkAgent(agent: unknown, parent = ""): asserts agent is AgentIdentity {
  checkObject(parent === "" ? "options" : parent, agent);
  const { orgId, teamId, agentId } = agent as Record<keyof AgentIdentity, unknown>;
  const name = (part: string): string => (parent === "" ? part : `${parent}.${part}`);
  check(typeof agentId === "string" && agentId !== "", name("agentId"), "a non-empty string");
  check(orgId === undefined || typeof orgId === "string", name("orgId"), "a string");
  check(teamId === undefined || typeof teamId === "string", name("teamId"), "a string");
}
