import { NEVER } from "rxjs";
import { OpControlSubscriber } from "../../lib/index.js";
import { Countdown } from "../Countdown.js";
import type { Case } from "../Finding.js";
import { median, quantile } from "../measure.js";
import { collectGarbage } from "../../spec/helpers/measure.js";
import { Sender } from "../sender/Sender.js";
import { opIdOf, sharedNow, TERMINATE, type WireSignal } from "../sender/wire.js";
import { bareStream } from "../ways/bareStream.js";

const ALIVE = 10_000;
const TERMINATES = 2_000;

/** Until V8 has optimised the way, which it does anew in the middle of it, either way's p99 is five times as long. */
const WARM_UPS = 4_000;
const SENT = WARM_UPS + TERMINATES;
const EVERY_MS = 1;
const ROUNDS = 3;

/** From the moment that a TERMINATE is written until it has been acted on, in microseconds. */
type Latencies = readonly number[];

/** How long a terminate takes from the gateway to the work that it ends, beside grpc-js's own way. */
export const latency: Case = {
  about: "a terminate's way to the AbortSignal of running work",
  run: async () => {
    using sender = await Sender.start();
    const rounds: { readonly floor: Latencies; readonly own: Latencies }[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const floor = await bare(sender);
      const own = await ours(sender);
      if (round >= 0) rounds.push({ floor, own });
    }
    const of = (way: "floor" | "own", part: number): number =>
      median(rounds.map((round) => quantile(round[way], part)));
    const tell = (way: "floor" | "own"): string =>
      `p50 ${of(way, 0.5).toFixed(0)} us, p99 ${of(way, 0.99).toFixed(0)} us`;
    return {
      findings: [
        {
          work: `TERMINATE written to AbortSignal fired, ${ALIVE.toLocaleString("en")} runOp alive, p99`,
          value: of("own", 0.99) / of("floor", 0.99),
          unit: "x of grpc-js",
          atMost: 1.5,
          beside: { "rx-op-control": tell("own"), "grpc-js": tell("floor") },
        },
      ],
    };
  },
};

function sinceUs(written: bigint): number {
  return Number(sharedNow() - written) / 1_000;
}

async function bare(sender: Sender): Promise<Latencies> {
  const countdown = new Countdown(SENT);
  const latencies: number[] = [];
  using stream = bareStream(sender.endpoint);
  stream.call.on("data", ({ signal, sequence }: WireSignal) => {
    if (signal !== TERMINATE) return;
    latencies.push(sinceUs(sequence));
    countdown.count();
  });
  await stream.live;
  collectGarbage();
  sender.send({ send: "terminates", ops: SENT, everyMs: EVERY_MS });
  await countdown.zero;
  return latencies.slice(WARM_UPS);
}

async function ours(sender: Sender): Promise<Latencies> {
  const countdown = new Countdown(SENT);
  const latencies: number[] = [];
  using control = OpControlSubscriber.connect(sender.endpoint, { agentId: "bench" });
  await control.ready();
  let started = 0;
  const runs = Array.from({ length: ALIVE + SENT }, (_, index) => {
    const opId = opIdOf(index);
    const work = ({ signal }: { readonly signal: AbortSignal }): typeof NEVER => {
      started++;
      signal.addEventListener("abort", () => {
        const { sequence } = control.status(opId).value;
        latencies.push(sinceUs(sequence));
        countdown.count();
      });
      return NEVER;
    };
    return control.runOp(opId, work).subscribe({ error: () => undefined });
  });
  if (started !== ALIVE + SENT) throw new Error(`${started} have started`);
  collectGarbage();
  sender.send({ send: "terminates", ops: SENT, everyMs: EVERY_MS });
  await countdown.zero;
  const ended = latencies.slice(WARM_UPS, SENT);
  for (const run of runs) run.unsubscribe();
  return ended;
}
