import { check } from "./check.js";
import { opContext } from "./opContext.js";
import { scopeOfId } from "./opStatus.js";
import { isOversize, MAX_OP_ID_BYTES } from "./parseSignal.js";

/**
 * Runs a function under an op: within it, and in what it awaits, starts and subscribes to, {@link currentOpId} is that
 * op. Returns what the function returns.
 *
 * The innermost one counts. An Observable that the function returns is subscribed outside of it: subscribe within.
 *
 * @example
 * ```ts
 * import { currentOpId, withOpId } from "rx-op-control";
 *
 * await withOpId("4bf92f35:00f067aa", async () => {
 *   await new Promise((resolve) => setTimeout(resolve, 10));
 *   console.log(currentOpId()); // 4bf92f35:00f067aa
 * });
 * console.log(currentOpId()); // undefined
 * ```
 *
 * @param opId The op; neither of the reserved ids, which stand for all ops of an agent or of the fleet.
 * @throws TypeError naming the argument that is wrong.
 * @see {@link keepContext}, for what a pipeline does when a callback from elsewhere feeds it.
 */
export function withOpId<T>(opId: string, fn: () => T): T {
  check(typeof opId === "string" && opId !== "", "opId", "a non-empty string");
  check(scopeOfId(opId) === "op", "opId", 'the id of one op: "*" is the whole fleet and "agent:…" all of an agent');
  check(
    !isOversize(opId),
    "opId",
    `of ${MAX_OP_ID_BYTES} bytes at most: a signal that names a longer one is malformed`,
  );
  check(typeof fn === "function", "fn", "a function");
  return opContext.run(opId, fn);
}
