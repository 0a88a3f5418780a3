import { check, checkObject, checkOptionNames } from "../check.js";

/** What becomes of a value that there is no room for. */
export type Overflow = "error" | "dropOldest" | "dropNewest";

/** How values are held while an op is paused. */
export interface HoldOptions {
  /** How many values may be held; 1,024 by default. */
  readonly limit?: number;
  /**
   * What happens to a value that there is no room for: `"error"` (the default) ends the stream with a
   * `HoldOverflowError`, `"dropOldest"` makes room by dropping the oldest value of the same op (the value itself, where
   * that op holds none), `"dropNewest"` drops the value itself.
   */
  readonly overflow?: Overflow;
}

/** @internal */
export const holdDefaults = { limit: 1_024, overflow: "error" } as const;
const policies: readonly unknown[] = ["error", "dropOldest", "dropNewest"];

/** @internal */
export function resolveHoldOptions(
  options: HoldOptions,
  names: readonly string[] = Object.keys(holdDefaults),
): Required<HoldOptions> {
  checkObject("options", options);
  checkOptionNames(options, names);
  const { limit = holdDefaults.limit, overflow = holdDefaults.overflow } = options;
  checkLimit("limit", limit);
  check(policies.includes(overflow), "overflow", `one of ${policies.join(", ")}`);
  return { limit, overflow };
}

/** @internal */
export function checkLimit(name: string, limit: unknown): void {
  check(Number.isSafeInteger(limit) && (limit as number) > 0, name, "a whole number from 1");
}
