import { setTimeout as sleep } from "node:timers/promises";
import type { ChaosRun } from "./ChaosRun.js";
import { Deck } from "./Deck.js";
import type { Fault } from "./Fault.js";
import type { Operator } from "./Operator.js";
import type { Random } from "./Random.js";

/** A gateway drains for no longer than its agents take to leave: twenty waits of theirs, on a machine that is busy. */
const PATIENCE_MS = 30_000;

/** How a site is struck. */
export interface StrikeConfig {
  readonly operator: Operator;
  readonly faults: readonly Fault[];
  readonly everyMs: number;
  readonly random: Random;
  /** How often each kind has struck. */
  readonly counts: Map<string, number>;
  readonly until: AbortSignal;
}

/** As what a fault is counted as well that could not be brought about. */
export const FAILED = "(of them failed to strike)";

/** Handovers, which lose nothing, are tried more often than their share of all kinds. */
const GENTLE_SHARE = 0.4;

/** One fault of a site after the other, all kinds before any comes again. */
export async function strikeFaults(run: ChaosRun, config: StrikeConfig): Promise<void> {
  const { faults, random, everyMs, until } = config;
  const gentle = new Deck(
    faults.filter(({ isGentle }) => isGentle),
    random,
  );
  const harsh = new Deck(
    faults.filter(({ isGentle }) => !isGentle),
    random,
  );
  for (;;) {
    await run.pause(everyMs * (0.5 + random.next()));
    if (until.aborted) return;
    await strikeOnce(run, config, (random.chance(GENTLE_SHARE) ? gentle : harsh).draw());
  }
}

async function strikeOnce(run: ChaosRun, { operator, random, counts }: StrikeConfig, fault: Fault): Promise<void> {
  const agents = operator.agents.filter(({ pings }) => pings || !fault.isSilent);
  const struck = fault.isEverywhere || random.chance(0.3) ? agents : [random.pick(agents)];
  const who = struck.map(({ name }) => name).join(", ");
  const strike = {
    proxies: struck.map(({ proxy }) => proxy),
    operator,
    random,
    last: (fromMs: number, toMs: number) => run.pause(random.int(fromMs, toMs)),
  };
  counts.set(fault.kind, (counts.get(fault.kind) ?? 0) + 1);
  run.history.note("fault", `${fault.kind}: ${who}`);
  const harmed = struck.filter(({ pings }) => !fault.isGentle || pings);
  harmed.forEach((agent) => agent.faultBegins());
  try {
    const isDone = await isDoneInTime(fault.strike(strike));
    if (!isDone) run.fail("fault", `${fault.kind} is not over after ${PATIENCE_MS} ms`);
  } catch (error) {
    // A stranger's connection, say, where a port that was in use by others before is ours now.
    counts.set(FAILED, (counts.get(FAILED) ?? 0) + 1);
    run.history.note("fault", `${fault.kind} fails: ${String(error)}`);
  }
  await Promise.all(struck.map((agent) => agent.restore()));
  for (const agent of harmed) {
    if (fault.isSilent) void run.guard(agent.faultEndsSilently());
    else agent.faultEnds();
  }
  run.history.note("fault", `${fault.kind}: over`);
}

async function isDoneInTime(done: Promise<void> | void): Promise<boolean> {
  const impatience = new AbortController();
  try {
    const late = sleep(PATIENCE_MS, false, { signal: impatience.signal });
    return await Promise.race([Promise.resolve(done).then(() => true), late.catch(() => false)]);
  } finally {
    impatience.abort();
  }
}
