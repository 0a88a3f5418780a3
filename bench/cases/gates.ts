import { BehaviorSubject, filter, map, type MonoTypeOperatorFunction, NEVER, Subject } from "rxjs";
import {
  dropWhilePaused,
  failOnTerminate,
  holdByOp,
  holdWhilePaused,
  OpControlSubscriber,
  type OpStatus,
} from "../../lib/index.js";
import type { Case } from "../Finding.js";
import { eachUs, measure } from "../measure.js";

const VALUES = 200_000;
const HELD = 1_000_000;

/** What a gate costs per value: while its op runs, beside a `map`; and when it lets go of what it held. */
export const gates: Case = {
  about: "values through the gates",
  run: async () => {
    const control = OpControlSubscriber.from(NEVER);
    const status$ = control.status("trace:span");
    const ways: (readonly [string, MonoTypeOperatorFunction<number>])[] = [
      ["map", map((value) => value)],
      ["filter", filter(() => true)],
      ["holdWhilePaused", holdWhilePaused(status$)],
      ["dropWhilePaused", dropWhilePaused(status$)],
      ["failOnTerminate", failOnTerminate(status$)],
      ["holdByOp, 100 ops", holdByOp(control, (value) => `op:${value % 100}`)],
    ];
    const [floor = NaN, ...costs] = await measure(
      ways.map(([name, gate]) => ({ name, run: () => usThrough(name, gate) })),
      15,
      3,
    );
    const [flushUs = NaN] = await measure([{ name: "flush", run: flush }], 3);
    return {
      findings: [
        { work: "holdWhilePaused: 1,000,000 held values flushed, each", value: flushUs, unit: "us", atMost: 1 },
        ...ways.slice(1).map(([name], index) => ({
          work: `a value through ${name}`,
          value: (costs[index] ?? NaN) / floor,
          unit: "x of map",
          beside: { each: `${((costs[index] ?? NaN) * 1_000).toFixed(0)} ns`, map: `${(floor * 1_000).toFixed(0)} ns` },
        })),
      ],
    };
  },
};

function usThrough(name: string, gate: MonoTypeOperatorFunction<number>): number {
  const source = new Subject<number>();
  let sum = 0;
  const subscription = source.pipe(gate).subscribe((value) => {
    sum += value;
  });
  const us = eachUs(VALUES, () => {
    for (let value = 0; value < VALUES; value++) source.next(value);
  });
  subscription.unsubscribe();
  if (sum !== (VALUES * (VALUES - 1)) / 2) throw new Error(`${name} lost values`);
  return us;
}

function flush(): number {
  const status$ = new BehaviorSubject<OpStatus>({ opId: "trace:span", state: "paused", scope: "op", sequence: 0n });
  const source = new Subject<number>();
  let heard = 0;
  const subscription = source.pipe(holdWhilePaused(status$, { limit: HELD })).subscribe(() => {
    heard++;
  });
  for (let value = 0; value < HELD; value++) source.next(value);
  const us = eachUs(HELD, () => {
    status$.next({ ...status$.value, state: "running" });
  });
  subscription.unsubscribe();
  if (heard !== HELD) throw new Error(`${heard} of ${HELD} were flushed`);
  return us;
}
