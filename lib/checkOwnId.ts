import { check } from "./check.js";
import { scopeOfId } from "./opStatus.js";
import { isOversize, MAX_OP_ID_BYTES } from "./parseSignal.js";

/**
 * Refuses what is no id of an op's own: the reserved ids, which speak for every op of an agent or of the fleet, and one
 * by which no op can be told anything.
 *
 * @param instead What serves where a reserved id was meant, if anything does.
 * @internal
 */
export function checkOwnId(name: string, opId: unknown, instead = ""): asserts opId is string {
  check(typeof opId === "string" && opId !== "", name, "a non-empty string");
  const isOwn = scopeOfId(opId) === "op";
  check(isOwn, name, `the id of one op: "*" is the whole fleet and "agent:…" all of an agent${instead}`);
  check(!isOversize(opId), name, `of ${MAX_OP_ID_BYTES} bytes at most: a signal that names a longer one is malformed`);
}
