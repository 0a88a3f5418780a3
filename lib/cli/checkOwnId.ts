import { check } from "../check.js";
import { scopeOfId } from "../opStatus.js";

/** Refuses the reserved ids, which speak for every op of an agent or of the fleet, where one op is meant. */
export function checkOwnId(opId: string, name: string): void {
  check(opId !== "", name, "the id of an op");
  const isOwn = scopeOfId(opId) === "op";
  check(isOwn, name, 'the id of one op: "*" is the whole fleet and "agent:…" all of an agent (halt-fleet, halt-agent)');
}
