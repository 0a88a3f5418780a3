import { check, checkOptions } from "../check.js";

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
  /**
   * Told by how many the number of held values has changed: 1 or -1, and of all that is given up at an end as well, so
   * that the sum is what is held now, by as many gates as share the function. For metrics; `opControlMetrics` of
   * `rx-op-control/otel` has one. What it throws is reported as an unhandled error, and the values go on.
   */
  readonly onHeld?: (change: number) => void;
}

/** @internal */
export type ResolvedHoldOptions = Required<Omit<HoldOptions, "onHeld">> & Pick<HoldOptions, "onHeld">;

const holdDefaults = { limit: 1_024, overflow: "error" } as const;
const optionNames = [...Object.keys(holdDefaults), "onHeld"];
const policies: readonly unknown[] = ["error", "dropOldest", "dropNewest"];

/** @internal */
export function resolveHoldOptions(options: HoldOptions, furtherNames: readonly string[] = []): ResolvedHoldOptions {
  checkOptions(options, [...optionNames, ...furtherNames]);
  const { limit = holdDefaults.limit, overflow = holdDefaults.overflow, onHeld } = options;
  checkLimit("limit", limit);
  check(policies.includes(overflow), "overflow", `one of ${policies.join(", ")}`);
  check(onHeld === undefined || typeof onHeld === "function", "onHeld", "a function");
  return onHeld ? { limit, overflow, onHeld } : { limit, overflow };
}

/** @internal */
export function checkLimit(name: string, limit: unknown): void {
  check(Number.isSafeInteger(limit) && (limit as number) > 0, name, "a whole number from 1");
}
