import { Countdown } from "../Countdown.js";
import type { Case, Finding } from "../Finding.js";
import { measureRounds, median, ratiosToFirst } from "../measure.js";
import { Sender } from "../sender/Sender.js";
import { bare, naive, ours, type Way } from "../ways/statusStreams.js";

const WORKS = [
  { work: "CPU per signal, 1,000 ops paused and resumed in turn", ops: 1_000, count: 100_000, rounds: 11, atMost: 1.1 },
  {
    work: "CPU per signal, 60,000 ops held at once, then resumed",
    ops: 60_000,
    count: 120_000,
    rounds: 11,
    atMost: 1.2,
  },
];

/** What it costs the agent's process to be told of every status, beside a bare listener on the same stream. */
export const wire: Case = {
  about: "a signal's way from the gateway to `statuses$`",
  run: async () => {
    using sender = await Sender.start();
    const findings: Finding[] = [];
    for (const { work, ops, count, rounds, atMost } of WORKS) {
      const ways = [bare, ours, naive];
      const contenders = ways.map((way) => ({ name: way.name, run: () => cpuPerSignal(sender, way, ops, count) }));
      const costs = await measureRounds(contenders, rounds);
      const [floor = NaN, own = NaN, obvious = NaN] = costs.map(median);
      const [value = NaN, times = NaN] = ratiosToFirst(costs);
      findings.push({
        work,
        value,
        unit: "x of grpc-js",
        atMost,
        beside: {
          "grpc-js": `${floor.toFixed(2)} us`,
          "rx-op-control": `${own.toFixed(2)} us`,
          groupBy: `${obvious.toFixed(2)} us (${times.toFixed(2)}x)`,
        },
      });
    }
    return { findings };
  },
};

/** In microseconds, kernel and garbage collector included. */
async function cpuPerSignal(sender: Sender, way: Way, ops: number, count: number): Promise<number> {
  const countdown = new Countdown(way.tellsOfOps ? count + ops : count);
  using stream = way.open(sender.endpoint, countdown.count);
  await stream.live;
  const start = process.cpuUsage();
  sender.send({ send: "turns", ops, count });
  await countdown.zero;
  const { user, system } = process.cpuUsage(start);
  return (user + system) / count;
}
