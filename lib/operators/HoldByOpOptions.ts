import { check } from "../check.js";
import type { OpTerminatedError } from "../errors.js";
import { checkLimit, type HoldOptions, type ResolvedHoldOptions, resolveHoldOptions } from "./HoldOptions.js";

/** How the values of many ops are held. */
export interface HoldByOpOptions<T> extends HoldOptions {
  /** How many values may be held in all, 65,536 by default; `limit` is per op. */
  readonly totalLimit?: number;
  /**
   * What a terminate of one op does.
   *
   * - `"drop"` (the default): that op's values are dropped, each told to `onDrop`, and the others go on. A source that
   *   carries many ops is shared, and the kill of one is no reason to stop the rest.
   * - `"error"`: the whole stream errors with the `OpTerminatedError`, for a pipeline that makes sense only whole.
   */
  readonly onTerminated?: "drop" | "error";
  /** Told of each value that is dropped because its op was terminated. */
  readonly onDrop?: (value: T, error: OpTerminatedError) => void;
}

/** @internal */
export type ResolvedHoldByOpOptions<T> = ResolvedHoldOptions & Required<Omit<HoldByOpOptions<T>, keyof HoldOptions>>;

const defaults = { totalLimit: 65_536, onTerminated: "drop", onDrop: (): void => undefined } as const;

/** @internal */
export function resolveHoldByOpOptions<T>(options: HoldByOpOptions<T>): ResolvedHoldByOpOptions<T> {
  const held = resolveHoldOptions(options, Object.keys(defaults));
  const { totalLimit = defaults.totalLimit, onTerminated = defaults.onTerminated, onDrop = defaults.onDrop } = options;
  checkLimit("totalLimit", totalLimit);
  check((["drop", "error"] as unknown[]).includes(onTerminated), "onTerminated", "drop or error");
  check(typeof onDrop === "function", "onDrop", "a function");
  return { ...held, totalLimit, onTerminated, onDrop };
}
