import { processorMs } from "./measure.js";

/** What takes less says more of the garbage collector. */
const NOISE_MS = 20;

/**
 * How many times slower it is for many than for few, each by the quickest of a few runs; `prepare` is not counted and
 * returns what is.
 */
export function timesSlower(few: number, many: number, prepare: (count: number) => () => void): number {
  return (
    quickestMs(() => prepare(many)) /
    Math.max(
      NOISE_MS,
      quickestMs(() => prepare(few)),
    )
  );
}

function quickestMs(prepare: () => () => void): number {
  const times = Array.from({ length: 3 }, () => processorMs(prepare()));
  return Math.min(...times);
}
