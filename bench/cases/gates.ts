import { filter, map, type MonoTypeOperatorFunction, NEVER, Subject } from "rxjs";
import { dropWhilePaused, failOnTerminate, holdByOp, holdWhilePaused, OpControlSubscriber } from "../../lib/index.js";
import type { Contender } from "../measure.js";

const VALUES = 200_000;

/** What a gate costs per value while its op runs, compared with a `map`. */
export function gates(): Contender[] {
  const control = OpControlSubscriber.from(NEVER);
  const status$ = control.status("op");
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
