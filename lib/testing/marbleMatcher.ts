import { AssertionError, deepStrictEqual } from "node:assert";
import { marbleDifference } from "./marbleDifference.js";

/**
 * How a TestScheduler shall compare: strictly and deeply, errors by their own fields too.
 *
 * Most matchers compare errors by name and message only, so that an `OpTerminatedError` of the wrong scope, or an
 * `OpControlUnavailableError` with another cause, passes. What it throws says which notification is missing (`-`) or too
 * much (`+`), at which frame.
 *
 * @example
 * ```ts
 * import { TestScheduler } from "rxjs/testing";
 * import { marbleMatcher } from "rx-op-control/testing";
 *
 * const scheduler = new TestScheduler(marbleMatcher);
 * ```
 *
 * @throws AssertionError of `node:assert` where the two differ.
 */
export function marbleMatcher(actual: unknown, expected: unknown): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    // The text of that one shows where errors were made instead of what is in them, and leaves out most values.
    const difference = marbleDifference(actual, expected);
    if (!difference) throw error;
    const { text: message, ...sides } = difference;
    throw new AssertionError({ message, ...sides, operator: "marbleMatcher", stackStartFn: marbleMatcher });
  }
}
