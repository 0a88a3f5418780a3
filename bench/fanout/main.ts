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

const program = new Command("npm run bench:fanout --")
  .description(
    "Publishes halts of the fleet to a NATS server, and prints as JSON when all agents have them and at what cost.",
  )
  .option("--agents <count>", "how many agents", Number, 1_000)
  .option("--processes <count>", "in how many processes", Number, 4)
  .option("--signals <count>", "how many signals, one after the other", Number, 100)
  .option("--every <ms>", "how long from one to the next", Number, 100)
  .option("--shared", "one connection per process; by default each agent has its own", false)
  .parse();
const { agents, processes, signals, every, shared } = program.opts<{
  agents: number;
  processes: number;
  signals: number;
  every: number;
  shared: boolean;
}>();

/** What the agents and the server cost when nothing is published: heartbeats. */
const IDLE_MS = 10_000;

const US_PER_NS = 1e-3;

await using server = await NatsServer.start();
const operator = await connect({ servers: server.address });
await ensureOpControlStream(operator);

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
    return ask(child, { ask: "open", address: server.address, from, count, shared });
  }),
);
const openMs = performance.now() - openedAt;
const perAgentOpened = {
  serverCpuMs: round((server.processorMs - before.cpuMs) / agents),
  serverKb: round(((server.memoryMb - before.mb) * 1_024) / agents),
};

const idleCpu = await cpuOf(() => sleep(IDLE_MS));
const published = new Map<bigint, bigint>();
const cpu = await cpuOf(async () => {
  for (let index = 0; index < signals; index++) {
    const at = sharedNow();
    published.set(await publishSignal(operator, { opId: "*", signal: index % 2 === 0 ? "PAUSE" : "RESUME" }), at);
    await sleep(every);
  }
});
const arrivals = (await Promise.all(children.map((child) => ask(child, { ask: "arrivals" })))).flat() as Arrival[];
const latenciesMs = arrivals.map(
  ([sequence, at]) => (Number(at - (published.get(sequence) ?? at)) * US_PER_NS) / 1_000,
);
if (latenciesMs.length !== agents * signals) {
  throw new Error(`${latenciesMs.length} signals arrived, and not ${agents * signals}`);
}
const perSignal = (side: "server" | "agents"): number => (cpu[side] - (idleCpu[side] / idleCpu.ms) * cpu.ms) / signals;

console.log(
  JSON.stringify(
    {
      ...{ agents, processes, signals, connections: shared ? processes : agents, server: operator.info?.version },
      openMs: round(openMs),
      perAgentOpened,
      latencyMs: {
        p50: round(quantile(latenciesMs, 0.5)),
        p99: round(quantile(latenciesMs, 0.99)),
        max: round(quantile(latenciesMs, 1)),
      },
      cpuMsPerSignal: { server: round(perSignal("server")), agents: round(perSignal("agents")) },
      idleCpuMsPerSecond: {
        server: round((idleCpu.server / idleCpu.ms) * 1_000),
        agents: round((idleCpu.agents / idleCpu.ms) * 1_000),
      },
    },
    null,
    2,
  ),
);
for (const child of children) child.disconnect();
await operator.close();

/** What the processor did meanwhile, in milliseconds, and how long that was. */
async function cpuOf(work: () => Promise<unknown>): Promise<{ server: number; agents: number; ms: number }> {
  const agentsMs = async (): Promise<number> =>
    ((await Promise.all(children.map((child) => ask(child, { ask: "cpuMs" })))) as number[]).reduce((a, b) => a + b, 0);
  const before = { server: server.processorMs, agents: await agentsMs(), at: performance.now() };
  await work();
  return {
    server: server.processorMs - before.server,
    agents: (await agentsMs()) - before.agents,
    ms: performance.now() - before.at,
  };
}

async function ask(child: ChildProcess, question: Question): Promise<unknown> {
  const answered = once(child, "message");
  child.send(question);
  const [{ answer }] = (await answered) as [{ answer: unknown }];
  return answer;
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100;
}
