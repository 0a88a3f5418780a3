import { Belongings } from "./Belongings.js";
import type { ChaosAgent } from "./ChaosAgent.js";
import { ChaosRun } from "./ChaosRun.js";
import { finale } from "./finale.js";
import { type GateCounts, keepGatesBusy } from "./gates.js";
import { MemoryWatch } from "./MemoryWatch.js";
import { Operator } from "./Operator.js";
import { Random } from "./Random.js";
import { startStages } from "./stages.js";
import { StallWatch } from "./StallWatch.js";
import { FAILED, strikeFaults } from "./strikeFaults.js";
import type { Summary } from "./Summary.js";

export interface ChaosOptions {
  readonly seed: number;
  readonly durationMs: number;
  /** From a fault's end to the next one's beginning at the same gateway, on average. */
  readonly everyMs: number;
  /** Is told how it goes, every ten seconds. */
  readonly onProgress?: (summary: Summary) => void;
}

const PROGRESS_MS = 10_000;

/**
 * Gateways, subscribers and faults for some time, with every status checked against a model of what was sent while they
 * were subscribed.
 *
 * @throws ChaosFailure with the whole history, as soon as something is wrong.
 */
export async function runChaos({ seed, durationMs, everyMs, onProgress }: ChaosOptions): Promise<Summary> {
  const run = new ChaosRun(seed);
  const random = new Random(seed);
  await using opened = new Belongings();
  const stages = await startStages(run, opened);
  const agents = stages.flatMap((stage) => stage.agents);
  const operators = stages.map((stage) => new Operator(run, stage.site, stage.agents, random.fork()));
  const stallWatch = opened.add(
    new StallWatch((since, lastedMs) => {
      run.history.note("chaos", `stood still for ${Math.round(lastedMs)} ms`);
      agents.forEach((agent) => agent.stoodStill(since));
    }),
  );
  const memory = opened.add(new MemoryWatch());
  const faults = new Map<string, number>();
  const gates: GateCounts = { passed: 0, terminated: 0 };
  const total = (counted: (agent: ChaosAgent) => number) => sum(agents.map(counted));
  const summary = (): Summary => ({
    seed,
    seconds: run.history.now / 1_000,
    faults: sum([...faults].map(([kind, count]) => (kind === FAILED ? -count : count))),
    faultsByKind: Object.fromEntries(faults),
    reconnects: total(({ counts }) => counts.reconnects),
    handoversByDraining: total(({ counts }) => counts.draining),
    handoversByAge: total(({ counts }) => counts.age),
    signalsSent: sum(operators.map(({ sent }) => sent)),
    terminatesSent: sum(operators.map(({ terminates }) => terminates)),
    signalsDue: total(({ model }) => model.due.signals),
    terminatesDue: total(({ model }) => model.due.terminates),
    terminatesLost: total(({ model }) => model.due.terminates - model.due.obeyed),
    fences: total(({ counts }) => counts.fences),
    gates,
    longestToLiveMs: Math.max(...agents.map(({ counts }) => counts.longestToLiveMs)),
    stalls: stallWatch.stalls,
    peakRssMb: memory.peakRssMb,
    peakHeapMb: memory.peakHeapMb,
  });
  const act = async (): Promise<void> => {
    await Promise.all(agents.map((agent) => agent.settle()));
    const calm = new AbortController();
    const strikes = stages.map(({ faults: kinds }, index) => {
      const operator = operators[index]!;
      const config = { operator, faults: kinds, everyMs, random: random.fork(), counts: faults, until: calm.signal };
      return run.guard(strikeFaults(run, config));
    });
    const work = operators.flatMap((operator) => [
      run.guard(operator.work()),
      ...operator.agents.map((agent) => run.guard(agent.patrol(random.fork()))),
      ...operator.agents.map((agent) => run.guard(keepGatesBusy(run, agent, operator, random.fork(), gates))),
    ]);
    await run.pause(durationMs);
    calm.abort();
    await Promise.all(strikes);
    await run.guard(finale(run, operators));
    run.end();
    await Promise.all(work);
  };
  const progress = setInterval(() => onProgress?.(summary()), PROGRESS_MS);
  const uncaught = (error: Error) => run.fail("uncaught", String(error.stack));
  process.on("uncaughtException", uncaught);
  try {
    await run.guard(act());
  } finally {
    process.off("uncaughtException", uncaught);
    clearInterval(progress);
  }
  if (run.failure) throw run.failure;
  return summary();
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
