import { collectGarbage } from "../spec/helpers/measure.js";

/** One way of doing the same work: resolves with what one unit of it cost. */
export interface Contender {
  readonly name: string;
  readonly run: () => Promise<number> | number;
}

/** What each contender's work costs: the median over the rounds. */
export async function measure(contenders: readonly Contender[], rounds: number, warmUps = 1): Promise<number[]> {
  return (await measureRounds(contenders, rounds, warmUps)).map(median);
}

/** How many times more the others cost than the first: the median of what it is in each round. */
export function ratiosToFirst([first = [], ...others]: readonly (readonly number[])[]): number[] {
  return others.map((costs) => median(costs.map((cost, round) => cost / (first[round] ?? NaN))));
}

/**
 * Has the contenders do their work in turn, round after round, so that whatever else the machine does falls on all of
 * them alike, and returns what each round cost, for each of them.
 */
export async function measureRounds(
  contenders: readonly Contender[],
  rounds: number,
  warmUps = 1,
): Promise<number[][]> {
  const samples = contenders.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    for (const [index, { run }] of contenders.entries()) {
      collectGarbage();
      const cost = await run();
      if (round >= 0) samples[index]?.push(cost);
    }
  }
  return samples;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

/** How long it takes, in milliseconds. */
export function elapsedMs(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** What one of so many costs, in microseconds. */
export function eachUs(count: number, run: () => void): number {
  return (elapsedMs(run) * 1_000) / count;
}

/** What is in use on the heap after garbage was collected, in bytes. */
export function heapBytes(): number {
  // What is freed by finalisers is garbage only afterwards.
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}
