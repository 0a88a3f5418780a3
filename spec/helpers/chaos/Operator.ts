import type { AgentIdentity } from "../../../lib/options.js";
import type { OpControlSignal } from "../../../lib/opStatus.js";
import { isSameAgent } from "../../../lib/testing/refusalOf.js";
import type { RawSignal } from "../../../lib/testing/RawSignal.js";
import type { ChaosAgent } from "./ChaosAgent.js";
import type { ChaosRun } from "./ChaosRun.js";
import type { Random } from "./Random.js";
import type { Site } from "./Site.js";

/** An op for as long as it is signalled. */
interface Op {
  readonly opId: string;
  /** How often it is yet to be signalled, where that is known: a terminated one is, for a while, in vain. */
  left: number;
}

const OPS = 24;
const TICK_MS = 20;
const SIGNALS_PER_TICK = 4;
const AFTERLIFE = 8;

const wireNumbers: Readonly<Record<OpControlSignal, number>> = { PAUSE: 1, RESUME: 2, TERMINATE: 3 };

const rubbish: readonly RawSignal[] = [
  {},
  { opId: "", signal: 3 },
  { opId: "*", signal: 0 },
  { opId: "agent:agent-7", signal: 4 },
  { opId: "*", signal: 99, sequence: 2n ** 64n - 1n },
  { opId: "x".repeat(1_025), signal: 3 },
];

/** Who sends the signals of one site, some of them senseless, and lets every subscriber's model know. */
export class Operator {
  sent = 0;
  terminates = 0;
  readonly #run: ChaosRun;
  readonly #site: Site;
  readonly #random: Random;
  readonly #ops: Op[];
  #made = 0;

  constructor(
    run: ChaosRun,
    site: Site,
    readonly agents: readonly ChaosAgent[],
    random: Random,
  ) {
    this.#run = run;
    this.#site = site;
    this.#random = random;
    this.#ops = Array.from({ length: OPS }, () => this.#newOp());
    // The first thing that is sent to a new stream counts like any other.
    for (const agent of agents) agent.onNewStream = () => this.signal(this.freshOp(), "TERMINATE");
  }

  /** One of the ops that are signalled now. */
  anOp(random: Random): string {
    return random.pick(this.#ops).opId;
  }

  get opIds(): readonly string[] {
    return this.#ops.map(({ opId }) => opId);
  }

  /** An op that nobody has heard of. */
  freshOp(): string {
    return this.#newOp().opId;
  }

  signal(opId: string, signal: OpControlSignal, to?: AgentIdentity): void {
    this.sent++;
    if (signal === "TERMINATE") this.terminates++;
    this.#run.history.noteSignal(this.#site.name, opId, to ? `${signal} to ${to.agentId}` : signal);
    for (const { identity, model } of this.agents) {
      if (!to || isSameAgent(identity, to)) model.send(opId, signal);
    }
    this.#site.send({ opId, signal: wireNumbers[signal] }, to);
  }

  /** To all ops of one agent; or to those of every agent here, where the gateway cannot tell them apart. */
  haltAgent(identity: AgentIdentity, signal: OpControlSignal): void {
    this.signal(`agent:${identity.agentId}`, signal, this.#site.filters ? identity : undefined);
  }

  /** Some fifty signals a second and more, until the run is over. */
  async work(signalsPerTick = SIGNALS_PER_TICK): Promise<void> {
    while (!this.#run.isOver) {
      for (let signals = 0; signals < signalsPerTick; signals++) this.#sendSomething();
      await this.#run.pause(TICK_MS);
    }
  }

  #sendSomething(): void {
    const random = this.#random;
    const kind = random.next();
    if (kind < 0.04) this.#site.send(random.pick(rubbish));
    else if (kind < 0.06) this.signal("*", random.chance(0.15) ? "PAUSE" : "RESUME");
    else if (kind < 0.08) this.haltAgent(random.pick(this.agents).identity, random.chance(0.15) ? "PAUSE" : "RESUME");
    else this.#signalAnOp();
  }

  #signalAnOp(): void {
    const random = this.#random;
    const index = random.int(0, OPS - 1);
    const op = this.#ops[index]!;
    const isTerminate = random.chance(0.03);
    const signal = isTerminate ? "TERMINATE" : random.pick(["PAUSE", "RESUME"] as const);
    const to = this.#site.filters && random.chance(0.2) ? random.pick(this.agents).identity : undefined;
    this.signal(op.opId, signal, to);
    if (isTerminate) op.left = Math.min(op.left, AFTERLIFE);
    if (--op.left <= 0) this.#ops[index] = this.#newOp();
  }

  #newOp(): Op {
    return { opId: `${this.#site.name}-${++this.#made}:`, left: Infinity };
  }
}
