import { deepStrictEqual } from "node:assert";

/**
 * How a TestScheduler shall compare: strictly and deeply, errors by their own fields too.
 *
 * Most matchers compare errors by name and message only, so that an `OpTerminatedError` of the wrong scope, or an
 * `OpControlUnavailableError` with another cause, passes.
 *
 * @example
 * ```ts
 * import { TestScheduler } from "rxjs/testing";
 * import { marbleMatcher } from "rx-op-control/testing";
 *
 * const scheduler = new TestScheduler(marbleMatcher);
 * ```
 */
export function marbleMatcher(actual: unknown, expected: unknown): void {
  deepStrictEqual(actual, expected);
}
