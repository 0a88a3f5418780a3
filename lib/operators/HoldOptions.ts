import { check, checkObject } from "../check.js";

/** What becomes of a value that there is no room for. */
export type Overflow = "error" | "dropOldest" | "dropNewest";

/** How values are held while an op is paused. */
export interface HoldOptions {
  /** How many values may be held; 1,024 by default. */
  readonly limit?: number;
  /**
   * What happens to a value that there is no room for: `"error"` (the default) ends the stream with a
   * `HoldOverflowError`, `"dropOldest"` makes room, `"dropNewest"` drops the value itself.
   */
  readonly overflow?: Overflow;
}

const defaults = { limit: 1_024, overflow: "error" } as const;
const policies: readonly unknown[] = ["error", "dropOldest", "dropNewest"];

/** @internal */
export function resolveHoldOptions(options: HoldOptions): Required<HoldOptions> {
  checkObject("options", options);
  const { limit = defaults.limit, overflow = defaults.overflow } = options;
  checkLimit("limit", limit);
  check(policies.includes(overflow), "overflow", `one of ${policies.join(", ")}`);
  return { limit, overflow };
}

/** @internal */
export function checkLimit(name: string, limit: unknown): void {
  check(Number.isSafeInteger(limit) && (limit as number) > 0, name, "a whole number from 1");
}
