import { type Observable, Subject } from "rxjs";
import { type OpControlMessage, type OpControlSignal, OpControlSubscriber } from "../../lib/index.js";
import type { Case, Curve, Finding } from "../Finding.js";
import { elapsedMs, median } from "../measure.js";
import { collectGarbage } from "../../spec/helpers/measure.js";
import { opIdOf } from "../sender/wire.js";
import { NaiveTable } from "../ways/naive.js";

const FEW = 10_000;
const MANY = 100_000;
const ROUNDS = 7;
/** What takes little time varies more of it. */
const ROUNDS_OF_FEW = 25;
const COUNTS = [1_000, 3_000, 10_000, 30_000, 100_000];
const ONE_OP = opIdOf(0);

const NUMBERS = { PAUSE: 1, RESUME: 2, TERMINATE: 3 } as const;

/** One of the ways to have ops that can be waited for. */
interface World {
  readonly awaitOp: (opId: string) => Observable<unknown>;
  readonly send: (opId: string, signal: OpControlSignal) => void;
}

/** What releases those who wait, and how many have been released. */
interface Waiting {
  readonly release: () => void;
  readonly released: () => number;
}

const scenes = [
  { title: "waiters on one op", waitFor: () => ONE_OP, pausedId: ONE_OP },
  { title: "different ops awaited under a fleet pause", waitFor: opIdOf, pausedId: "*" },
] as const;

type Scene = (typeof scenes)[number];

const ends = [
  { signal: "RESUME", text: "released by one RESUME", atMost: 300 },
  { signal: "TERMINATE", text: "ended by one TERMINATE", atMost: 600 },
] as const;

type End = (typeof ends)[number];

/** How long it takes until everyone has heard who waits for an op. */
export const waiters: Case = {
  about: "the release of everyone who waits with `awaitOp`",
  run: () => {
    const findings: Finding[] = [];
    const plots = scenes.map((scene, index) => {
      for (const end of ends) findings.push(...findingsOf(scene, end));
      const ways: [way: string, build: () => World, rounds: number][] = [
        ["rx-op-control", ours, 5],
        ["BehaviorSubject and combineLatest", obvious, 1],
      ];
      const curves = ways.map(([way, build, rounds]): Curve => {
        const ms = (count: number): number => medianMs(() => waitIn(build(), scene, ends[0], count), count, rounds);
        return { way, points: COUNTS.map((count) => ({ count, ms: ms(count) })) };
      });
      return {
        file: index === 0 ? "waiters" : "ops",
        title: `${scene.title}, ${ends[0].text}`,
        counted: "waiters",
        curves,
      };
    });
    return { findings, plots };
  },
};

function findingsOf(scene: Scene, end: End): Finding[] {
  const ms = (count: number, rounds: number): number =>
    medianMs(() => waitIn(ours(), scene, end, count), count, rounds);
  const few = ms(FEW, ROUNDS_OF_FEW);
  const many = ms(MANY, ROUNDS);
  const work = `${MANY.toLocaleString("en")} ${scene.title}, ${end.text}`;
  return [
    { work, value: many, unit: "ms", atMost: end.atMost },
    {
      work: "… over the time of 10,000",
      value: many / few,
      unit: "x",
      atMost: 12,
      beside: { "10,000": `${few.toFixed(1)} ms` },
    },
  ];
}

function medianMs(wait: () => Waiting, count: number, rounds: number): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { release, released } = wait();
    collectGarbage();
    times.push(elapsedMs(release));
    if (released() !== count) throw new Error(`${released()} of ${count} were released`);
  }
  return median(times);
}

function waitIn({ awaitOp, send }: World, { waitFor, pausedId }: Scene, { signal }: End, count: number): Waiting {
  send(pausedId, "PAUSE");
  let released = 0;
  const leave = (): void => {
    released++;
  };
  for (let index = 0; index < count; index++) awaitOp(waitFor(index)).subscribe({ next: leave, error: leave });
  return {
    release: () => {
      send(pausedId, signal);
    },
    released: () => released,
  };
}

function ours(): World {
  const signals$ = new Subject<OpControlMessage>();
  const control = OpControlSubscriber.from(signals$);
  return {
    awaitOp: (opId) => control.awaitOp(opId),
    send: (opId, signal) => {
      signals$.next({ opId, signal, sequence: 0n });
    },
  };
}

function obvious(): World {
  const table = new NaiveTable();
  return {
    awaitOp: (opId) => table.awaitOp(opId),
    send: (opId, signal) => {
      table.signal(opId, NUMBERS[signal]);
    },
  };
}
