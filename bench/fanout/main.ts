import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "@nats-io/transport-node";
import { Command } from "commander";
import { ensureOpControlStream, publishSignal } from "../../lib/nats/index.js";
import { NatsServer } from "../../spec/helpers/NatsServer.js";
import { quantile } from "../measure.js";
import { sharedNow } from "../sender/wire.js";
import type { Arrival, Question } from "./agents.js";
import type { GatewayQuestion } from "./gateway.js";

const program = new Command("npm run bench:fanout --")
  .description(
    "Publishes halts of the fleet to a NATS server, and prints as JSON when all agents have them and at what cost.",
  )
  .option("--agents <count>", "how many agents", Number, 1_000)
  .option("--processes <count>", "in how many processes", Number, 4)
  .option("--signals <count>", "how many signals, one after the other", Number, 100)
  .option("--every <ms>", "how long from one to the next", Number, 100)
  .option(
    "--gateways <count>",
    "tell them by so many gateways on the bus; by default they are on it themselves",
    Number,
    0,
  )
  .option("--shared", "one connection per process; by default each agent has its own", false)
  .parse();
const {
  agents,
  processes,
  signals,
  every,
  shared,
  gateways: gatewayCount,
} = program.opts<{
  agents: number;
  gateways: number;
  processes: number;
  signals: number;
  every: number;
  shared: boolean;
}>();

/** What the agents and the server cost when nothing is published: heartbeats. */
const IDLE_MS = 10_000;

/** How long the last ones may be under way. */
const PATIENCE_MS = 10_000;

const US_PER_NS = 1e-3;

const SIDES = ["server", "gateways", "agents"] as const;
type Side = (typeof SIDES)[number];

await using server = await NatsServer.start();
const operator = await connect({ servers: server.address });
await ensureOpControlStream(operator);

const gateways = Array.from({ length: gatewayCount }, () => fork(join(import.meta.dirname, "gateway.js")));
const endpoints = await Promise.all(
  gateways.map((gateway) => ask(gateway, { ask: "listen", address: server.address })),
);
const children = Array.from({ length: processes }, () =>
  fork(join(import.meta.dirname, "agents.js"), { serialization: "advanced" }),
);
const share = Math.ceil(agents / processes);
const before = { cpuMs: server.processorMs, mb: server.memoryMb };
const openedAt = performance.now();
await Promise.all(
  children.map((child, index) => {
    const from = index * share;
    const count = Math.min(share, agents - from);
    const gateway = endpoints[index % endpoints.length] as string | undefined;
    return ask(child, { ask: "open", address: server.address, gateway, from, count, shared });
  }),
);
const openMs = performance.now() - openedAt;
const perAgentOpened = {
  serverCpuMs: round((server.processorMs - before.cpuMs) / agents),
  serverKb: round(((server.memoryMb - before.mb) * 1_024) / agents),
};

const idleCpu = await cpuOf(() => sleep(IDLE_MS));
const published: bigint[] = [];
const cpu = await cpuOf(async () => {
  for (let index = 0; index < signals; index++) {
    published.push(sharedNow());
    await publishSignal(operator, { opId: "*", signal: index % 2 === 0 ? "PAUSE" : "RESUME" });
    await sleep(every);
  }
});
const arrivals: Arrival[] = [];
const deadline = performance.now() + PATIENCE_MS;
while (arrivals.length < agents * signals && performance.now() < deadline) {
  await sleep(every);
  for (const child of children) arrivals.push(...((await ask(child, { ask: "arrivals" })) as Arrival[]));
}
const latenciesMs = arrivals.map(([index, at]) => (Number(at - (published[index] ?? at)) * US_PER_NS) / 1_000);
if (latenciesMs.length !== agents * signals) {
  throw new Error(`${latenciesMs.length} signals arrived, and not ${agents * signals}`);
}
const perSignal = (side: Side): number => (cpu[side] - (idleCpu[side] / idleCpu.ms) * cpu.ms) / signals;

console.log(
  JSON.stringify(
    {
      ...{ agents, processes, signals, gateways: gatewayCount, server: operator.info?.version },
      busConnections: gatewayCount || (shared ? processes : agents),
      openMs: round(openMs),
      perAgentOpened,
      latencyMs: {
        p50: round(quantile(latenciesMs, 0.5)),
        p99: round(quantile(latenciesMs, 0.99)),
        max: round(quantile(latenciesMs, 1)),
      },
      cpuMsPerSignal: Object.fromEntries(SIDES.map((side) => [side, round(perSignal(side))])),
      idleCpuMsPerSecond: Object.fromEntries(SIDES.map((side) => [side, round((idleCpu[side] / idleCpu.ms) * 1_000)])),
    },
    null,
    2,
  ),
);
for (const child of [...children, ...gateways]) child.disconnect();
await operator.close();

/** What the processor did meanwhile, in milliseconds, and how long that was. */
async function cpuOf(work: () => Promise<unknown>): Promise<Record<Side | "ms", number>> {
  const msOf = async (processes: readonly ChildProcess[]): Promise<number> =>
    ((await Promise.all(processes.map((child) => ask(child, { ask: "cpuMs" })))) as number[]).reduce(
      (a, b) => a + b,
      0,
    );
  const now = async (): Promise<Record<Side | "ms", number>> => ({
    server: server.processorMs,
    gateways: await msOf(gateways),
    agents: await msOf(children),
    ms: performance.now(),
  });
  const before = await now();
  await work();
  const after = await now();
  const took = (side: Side | "ms"): number => after[side] - before[side];
  return { server: took("server"), gateways: took("gateways"), agents: took("agents"), ms: took("ms") };
}

async function ask(child: ChildProcess, question: Question | GatewayQuestion): Promise<unknown> {
  const answered = once(child, "message");
  child.send(question);
  const [{ answer }] = (await answered) as [{ answer: unknown }];
  return answer;
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
