import { check } from "./check.js";
import { checkOwnId } from "./checkOwnId.js";
import { opContext } from "./opContext.js";

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
  checkOwnId("opId", opId);
  check(typeof fn === "function", "fn", "a function");
  return opContext.run(opId, fn);
}
