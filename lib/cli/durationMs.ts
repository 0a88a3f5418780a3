import { InvalidArgumentError } from "commander";
import { MAX_DELAY_MS } from "../check.js";

const factors: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration of the command line in milliseconds: `500ms`, `1.5s`, `2m`, `1h`; a number alone is milliseconds. */
export function durationMs(text: string): number {
  const [, number, unit = "ms"] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const duration = Number(number) * (factors[unit] ?? NaN);
  if (!(duration <= MAX_DELAY_MS)) throw new InvalidArgumentError("It must be a duration such as 500ms, 10s or 2m.");
  return duration;
}
