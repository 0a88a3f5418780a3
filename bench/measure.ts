/** One way of doing the same work: returns how many units it did. */
export interface Contender {
  readonly name: string;
  readonly run: () => number;
}

/** What a contender costs: the median over the rounds, and its ratio to the first contender's. */
export interface Cost {
  readonly name: string;
  readonly nsPerUnit: number;
  readonly ratio: number;
}

const WARM_UPS = 3;

/**
 * Times the contenders in turn, round after round, so that whatever else the machine does falls on all of them alike.
 * The first is the floor that the others are compared with.
 */
export function measure(contenders: readonly Contender[], rounds = 21): Cost[] {
  const samples = contenders.map((): number[] => []);
  for (let round = -WARM_UPS; round < rounds; round++) {
    contenders.forEach(({ run }, index) => {
      const start = process.hrtime.bigint();
      const units = run();
      const elapsed = Number(process.hrtime.bigint() - start);
      if (round >= 0) samples[index]?.push(elapsed / units);
    });
  }
  const medians = samples.map(median);
  return contenders.map(({ name }, index) => {
    const nsPerUnit = medians[index] ?? NaN;
    return { name, nsPerUnit, ratio: nsPerUnit / (medians[0] ?? NaN) };
  });
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
