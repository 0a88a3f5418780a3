import { monitorEventLoopDelay } from "node:perf_hooks";
import { OpControlSubscriber } from "../../lib/index.js";
import { Countdown } from "../Countdown.js";
import type { Case, Finding } from "../Finding.js";
import type { Order } from "../sender/main.js";
import { Sender } from "../sender/Sender.js";
import { bareStream } from "../ways/bareStream.js";

const COUNT = 300_000;
const RESOLUTION_MS = 1;

const hoses: readonly (readonly [what: string, order: Order])[] = [
  ["signals to 1,000 ops", { send: "turns", ops: 1_000, count: COUNT }],
  ["signals to 150,000 ops", { send: "turns", ops: COUNT / 2, count: COUNT }],
  ["empty messages", { send: "empties", count: COUNT }],
];

/** Whether the agent's event loop still answers while the gateway sends as fast as it can. */
export const firehose: Case = {
  about: "the event loop under a firehose",
  run: async () => {
    const findings: Finding[] = [];
    for (const [what, order] of hoses) {
      using sender = await Sender.start();
      const floor = await bareDelay(sender, order);
      const own = await ourDelay(sender, order);
      findings.push({
        work: `event loop delay under ${COUNT.toLocaleString("en")} ${what}, p99`,
        value: own.p99,
        unit: "ms",
        atMost: 100,
        beside: { "at most": `${own.max.toFixed(0)} ms`, "grpc-js, p99": `${floor.p99.toFixed(1)} ms` },
      });
    }
    return { findings };
  },
};

interface Delay {
  readonly p99: number;
  readonly max: number;
}

async function delayOf(work: () => Promise<void>): Promise<Delay> {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  await work();
  histogram.disable();
  return { p99: histogram.percentile(99) / 1e6, max: histogram.max / 1e6 };
}

async function bareDelay(sender: Sender, order: Order): Promise<Delay> {
  const countdown = new Countdown(COUNT);
  using stream = bareStream(sender.endpoint);
  stream.call.on("data", countdown.count);
  await stream.live;
  return await delayOf(async () => {
    sender.send(order);
    await countdown.zero;
  });
}

async function ourDelay(sender: Sender, order: Order): Promise<Delay> {
  const countdown = new Countdown(COUNT);
  using control = OpControlSubscriber.connect(sender.endpoint, { agentId: "bench", maxTrackedOps: COUNT });
  control.signals$.subscribe({ next: countdown.count, error: () => undefined });
  control.diagnostics$.subscribe(({ kind }) => {
    if (kind === "malformedSignal") countdown.count();
  });
  await control.ready();
  return await delayOf(async () => {
    sender.send(order);
    await countdown.zero;
  });
}
