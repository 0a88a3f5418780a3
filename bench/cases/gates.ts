import { concat, filter, map, type MonoTypeOperatorFunction, NEVER, of, Subject } from "rxjs";
import {
  dropWhilePaused,
  failOnTerminate,
  holdByOp,
  holdWhilePaused,
  OpControlSubscriber,
  type OpStatus,
} from "../../lib/index.js";
import type { Contender } from "../measure.js";

const VALUES = 200_000;
const running: OpStatus = { opId: "op", state: "running", scope: "op", sequence: 0n };

/** What a gate costs per value while its op runs, compared with a `map`. */
export function gates(): Contender[] {
  const status$ = concat(of(running), NEVER);
  const control = OpControlSubscriber.from(NEVER);
  return [
    through(
      "map",
      map((value) => value),
    ),
    through(
      "filter",
      filter(() => true),
    ),
    through("holdWhilePaused", holdWhilePaused(status$)),
    through("dropWhilePaused", dropWhilePaused(status$)),
    through("failOnTerminate", failOnTerminate(status$)),
    through(
      "holdByOp, 100 ops",
      holdByOp(control, (value) => `op:${value % 100}`),
    ),
  ];
}

function through(name: string, gate: MonoTypeOperatorFunction<number>): Contender {
  return {
    name,
    run: () => {
      const source = new Subject<number>();
      let sum = 0;
      const subscription = source.pipe(gate).subscribe({
        next: (value) => {
          sum += value;
        },
        error: (error: unknown) => {
          throw error;
        },
      });
      for (let value = 0; value < VALUES; value++) source.next(value);
      subscription.unsubscribe();
      if (sum !== (VALUES * (VALUES - 1)) / 2) throw new Error(`${name} lost values`);
      return VALUES;
    },
  };
}
