import { Subject } from "rxjs";
import { type OpControlMessage, type OpControlSignal, OpControlSubscriber } from "../../lib/index.js";
import type { Case, Curve, Finding } from "../Finding.js";
import { collectGarbage, elapsedMs, median } from "../measure.js";
import { opIdOf } from "../sender/wire.js";
import { NaiveTable } from "../ways/naive.js";

const FEW = 10_000;
const MANY = 100_000;
const ROUNDS = 7;
/** What takes little time varies more of it. */
const ROUNDS_OF_FEW = 25;
const COUNTS = [1_000, 3_000, 10_000, 30_000, 100_000];
const ONE_OP = opIdOf(0);

/** Has so many wait, and returns what releases them and how many have been released. */
type Wait = (count: number) => { readonly release: () => void; readonly released: () => number };

const scenes = [
  { title: "waiters on one op", waitFor: () => ONE_OP, pausedId: ONE_OP },
  { title: "different ops awaited under a fleet pause", waitFor: opIdOf, pausedId: "*" },
] as const;

type Scene = (typeof scenes)[number];

const ends = [
  { signal: "RESUME", number: 2, text: "released by one RESUME", atMost: 300 },
  { signal: "TERMINATE", number: 3, text: "ended by one TERMINATE", atMost: 600 },
] as const;

type End = (typeof ends)[number];

/** How long it takes until everyone has heard who waits for an op. */
export const waiters: Case = {
  about: "the release of everyone who waits with `awaitOp`",
  run: () => {
    const findings: Finding[] = [];
    const plots = scenes.map((scene, index) => {
      for (const end of ends) findings.push(...findingsOf(scene, end));
      const ways: [string, (scene: Scene, end: End) => Wait][] = [
        ["rx-op-control", ours],
        ["BehaviorSubject and combineLatest", obvious],
      ];
      const curves = ways.map(([way, waitBy]): Curve => {
        const wait = waitBy(scene, ends[0]);
        return {
          way,
          points: COUNTS.map((count) => ({ count, ms: medianMs(wait, count, way === "rx-op-control" ? 5 : 1) })),
        };
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
  const wait = ours(scene, end);
  const few = medianMs(wait, FEW, ROUNDS_OF_FEW);
  const many = medianMs(wait, MANY, ROUNDS);
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

function medianMs(wait: Wait, count: number, rounds: number): number {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const { release, released } = wait(count);
    collectGarbage();
    times.push(elapsedMs(release));
    if (released() !== count) throw new Error(`${released()} of ${count} were released`);
  }
  return median(times);
}

function ours({ waitFor, pausedId }: Scene, { signal }: End): Wait {
  return (count) => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const send = (signal: OpControlSignal): void => {
      signals$.next({ opId: pausedId, signal, sequence: 0n });
    };
    send("PAUSE");
    let released = 0;
    const count1 = (): void => {
      released++;
    };
    for (let index = 0; index < count; index++)
      control.awaitOp(waitFor(index)).subscribe({ next: count1, error: count1 });
    return {
      release: () => {
        send(signal);
      },
      released: () => released,
    };
  };
}

function obvious({ waitFor, pausedId }: Scene, { number }: End): Wait {
  return (count) => {
    const table = new NaiveTable();
    table.signal(pausedId, 1);
    let released = 0;
    const count1 = (): void => {
      released++;
    };
    for (let index = 0; index < count; index++)
      table.awaitOp(waitFor(index)).subscribe({ next: count1, error: count1 });
    return {
      release: () => {
        table.signal(pausedId, number);
      },
      released: () => released,
    };
  };
}
