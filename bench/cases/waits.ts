import { BehaviorSubject, filter, NEVER, take } from "rxjs";
import { OpControlSubscriber } from "../../lib/index.js";
import type { Case } from "../Finding.js";
import { eachUs, measure } from "../measure.js";
import { NaiveTable } from "../ways/naive.js";

const WAITS = 100_000;

/** What it costs to ask for an op that runs, which is what an agent does before each of its steps. */
export const waits: Case = {
  about: "`awaitOp` on a running op, from subscribing to completion",
  run: async () => {
    const control = OpControlSubscriber.from(NEVER);
    const table = new NaiveTable();
    const state$ = new BehaviorSubject("running");
    const allowed$ = state$.pipe(
      filter((state) => state === "running"),
      take(1),
    );
    let heard = 0;
    const hear = (): void => {
      heard++;
    };
    const us = (ask: () => void): number =>
      eachUs(WAITS, () => {
        for (let wait = 0; wait < WAITS; wait++) ask();
      });
    const [floor = NaN, value = NaN, obvious = NaN, again = NaN] = await measure(
      [
        { name: "BehaviorSubject, filter, take", run: () => us(() => void allowed$.subscribe(hear)) },
        { name: "rx-op-control", run: () => us(() => void control.awaitOp("trace:span").subscribe(hear)) },
        { name: "combineLatest", run: () => us(() => void table.awaitOp("trace:span").subscribe(hear)) },
        {
          name: "rx-op-control, subscribed to again",
          run: () => {
            const awaited$ = control.awaitOp("trace:span");
            return us(() => void awaited$.subscribe(hear));
          },
        },
      ],
      9,
    );
    if (heard !== 4 * 10 * WAITS) throw new Error(`${heard} were let run`);
    return {
      findings: [
        {
          work: "awaitOp(id) on a running op, subscribe to completion",
          value,
          unit: "us",
          atMost: 2,
          beside: {
            "subscribed to again": `${again.toFixed(2)} us`,
            "BehaviorSubject, filter, take": `${floor.toFixed(2)} us`,
            combineLatest: `${obvious.toFixed(2)} us`,
          },
        },
      ],
    };
  },
};
