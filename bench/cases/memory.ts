import { Subject } from "rxjs";
import { type OpControlMessage, type OpControlSignal, OpControlSubscriber } from "../../lib/index.js";
import type { Case } from "../Finding.js";
import { eachUs, heapBytes, measure } from "../measure.js";
import { opIdOf } from "../sender/wire.js";
import { naiveStatuses } from "../ways/naive.js";

const PASSING = 1_000_000;
const KEPT = 50_000;
const ROUNDS = 5;
const NUMBERS = { PAUSE: 1, RESUME: 2, TERMINATE: 3 } as const;

type Send = (opId: string, signal: OpControlSignal) => void;

/** What is left of ops when they come and go, and what one costs that stays. */
export const memory: Case = {
  about: "what ops cost that nobody watches",
  run: async () => {
    const send = ours();
    pauseAndResume(send, 100_000);
    const before = heapBytes();
    pauseAndResume(send, PASSING);
    const grownMb = (heapBytes() - before) / 1e6;
    const contenders = [
      { name: "a loop", run: () => usPerSignal(() => undefined) },
      { name: "a Map of slots", run: () => usPerSignal(slots()) },
      { name: "rx-op-control", run: () => usPerSignal(send) },
    ];
    const [loop = NaN, map = NaN, own = NaN] = await measure(contenders, ROUNDS);
    return {
      findings: [
        { work: "heap, after 1,000,000 distinct ops were paused and resumed", value: grownMb, unit: "MB", atMost: 2 },
        {
          work: "… time per signal",
          value: own - loop,
          unit: "us",
          atMost: 1,
          beside: { "a Map of slots": `${(map - loop).toFixed(2)} us` },
        },
        {
          work: "a held op, with its id of 49 characters",
          value: bytesPerOp(ours(), "PAUSE"),
          unit: "B",
          atMost: 600,
          beside: { "a Map of slots": bytesOf(slots(), "PAUSE"), groupBy: bytesOf(obvious(), "PAUSE") },
        },
        {
          work: "a killed op, with its id",
          value: bytesPerOp(ours(), "TERMINATE"),
          unit: "B",
          atMost: 200,
          beside: { "a Map of slots": bytesOf(slots(), "TERMINATE"), groupBy: bytesOf(obvious(), "TERMINATE") },
        },
      ],
    };
  },
};

function usPerSignal(send: Send): number {
  return eachUs(2 * PASSING, () => {
    pauseAndResume(send, PASSING);
  });
}

function pauseAndResume(send: Send, count: number): void {
  for (let index = 0; index < count; index++) {
    const opId = receivedId(index);
    send(opId, "PAUSE");
    send(opId, "RESUME");
  }
}

/** What sends is what keeps it all; were it let go, the next one would be found to cost less than nothing. */
const kept: Send[] = [];

function bytesOf(send: Send, signal: OpControlSignal): string {
  return `${bytesPerOp(send, signal).toFixed(0)} B`;
}

function bytesPerOp(send: Send, signal: OpControlSignal): number {
  const before = heapBytes();
  for (let index = 0; index < KEPT; index++) send(receivedId(index), signal);
  const bytes = (heapBytes() - before) / KEPT;
  kept.push(send);
  return bytes;
}

/** A string of its own, as from a decoder, and no rope of what it was put together from. */
function receivedId(index: number): string {
  return Buffer.from(opIdOf(index)).toString();
}

function ours(): Send {
  const signals$ = new Subject<OpControlMessage>();
  OpControlSubscriber.from(signals$);
  return (opId, signal) => {
    signals$.next({ opId, signal, sequence: 1n });
  };
}

/** The least there can be: a slot for each op that is not running. */
function slots(): Send {
  const states = new Map<string, { readonly signal: OpControlSignal }>();
  return (opId, signal) => {
    if (signal === "RESUME") states.delete(opId);
    else states.set(opId, { signal });
  };
}

function obvious(): Send {
  const signals$ = new Subject<{ readonly opId: string; readonly signal: number }>();
  naiveStatuses(signals$).subscribe();
  return (opId, signal) => {
    signals$.next({ opId, signal: NUMBERS[signal] });
  };
}
