import { expect } from "chai";
import { setImmediate } from "node:timers/promises";
import {
  BehaviorSubject,
  bufferToggle,
  concatMap,
  filter,
  first,
  firstValueFrom,
  groupBy,
  map,
  merge,
  mergeAll,
  mergeMap,
  type MonoTypeOperatorFunction,
  NEVER,
  type Observable,
  observeOn,
  queueScheduler,
  scan,
  Subject,
  switchMap,
  takeUntil,
  timer,
  windowToggle,
} from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpControlMessage, OpState, OpStatus } from "../../lib/opStatus.js";
import { gateMarbles } from "../helpers/gateMarbles.js";
import { OP, pause, paused, resume, running, terminate, terminated } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

type Statuses = Observable<OpStatus>;

const is =
  (state: OpState) =>
  (status: OpStatus): boolean =>
    status.state === state;

describe("The usual recipe", () => {
  describe("switchMap to NEVER", () => {
    const recipe =
      <T>(status$: Statuses): MonoTypeOperatorFunction<T> =>
      (source$) =>
        status$.pipe(switchMap((status) => (is("running")(status) ? source$ : NEVER)));

    it("loses what a hot source emits during a pause", () => {
      gateMarbles(({ hot, status, expectObservable }) => {
        const source = hot(" -a-b-c-----d-");
        const gate = status("r-p---r------");
        const expected = "   -a---------d-";

        expectObservable(source.pipe(recipe(gate))).toBe(expected);
      });
    });

    it("where holdWhilePaused keeps it", () => {
      gateMarbles(({ hot, status, expectObservable }) => {
        const source = hot(" -a-b-c-----d-");
        const gate = status("r-p---r------");
        const expected = "   -a----(bc)-d-";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });

    it("restarts a cold source", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("      -a-b-c-----|      ");
        const firstSubs = "        ^-!               ";
        const secondSubs = "       ------^----------!";
        const gate = status("      r-p---r-----------");
        const expected = "         -a-----a-b-c------";

        expectObservable(source.pipe(recipe(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe([firstSubs, secondSubs]);
      });
    });

    it("where holdWhilePaused goes on with it", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-----|      ");
        const subs = "       ^----------!      ";
        const gate = status("r-p---r-----------");
        const expected = "   -a----(bc)-|      ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });
  });

  describe("bufferToggle during a pause, windowToggle outside of it", () => {
    const recipe =
      <T>(status$: Statuses): MonoTypeOperatorFunction<T> =>
      (source$) => {
        const [paused$, resumed$] = [status$.pipe(filter(is("paused"))), status$.pipe(filter(is("running")))];
        return merge(
          source$.pipe(
            windowToggle(resumed$, () => paused$),
            mergeAll(),
          ),
          source$.pipe(
            bufferToggle(paused$, () => resumed$),
            mergeAll(),
          ),
        );
      };

    it("flushes into the pause when the source completes", () => {
      gateMarbles(({ hot, hotStatus, expectObservable }) => {
        const source = hot("    -a-b-c-|    ");
        const gate = hotStatus("r-p------r--");
        const expected = "      -a-----(bc|)";

        expectObservable(source.pipe(recipe(gate))).toBe(expected);
      });
    });

    it("where holdWhilePaused has the completion wait for the resume", () => {
      gateMarbles(({ hot, hotStatus, expectObservable }) => {
        const source = hot("    -a-b-c-|     ");
        const gate = hotStatus("r-p------r---");
        const expected = "      -a-------(bc|)";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });
  });

  describe("concatMap to the value, once the op runs", () => {
    // Each inner Observable that ends at once subscribes the next one within its own end. The stack overflow is caught
    // on its way, mostly by somebody who cannot tell of it any more. With `first` it came after 200 to 350 values, with `filter` and `take(1)` after 500.
    const recipe = <T>(status$: Statuses): MonoTypeOperatorFunction<T> =>
      concatMap((value) =>
        status$.pipe(
          first(is("running")),
          map(() => value),
        ),
      );

    /** So many values and the completion come during a pause, which is lifted then. */
    function play(count: number, operator: (status$: Statuses) => MonoTypeOperatorFunction<number>) {
      const status$ = new BehaviorSubject(paused());
      const source$ = new Subject<number>();
      const recording = record(source$.pipe(operator(status$)));
      for (let value = 0; value < count; value++) source$.next(value);
      source$.complete();
      status$.next(running());
      return recording;
    }

    it("works with a hundred held values", () => {
      const { values, end } = play(100, recipe);

      expect(values).to.have.lengthOf(100);
      expect(end).to.equal("completed");
    });

    it("overflows the stack in the midst of ten thousand: it never completes, and as a rule nobody is told", () => {
      const { values, end } = play(10_000, recipe);

      expect(values).to.have.length.within(1, 9_999);
      expect(end, "wedged, or now and then the overflow itself").to.satisfy(
        (end: unknown) => end === undefined || end instanceof RangeError,
      );
    });

    it("where holdWhilePaused passes all of them on and completes", () => {
      const { values, end } = play(10_000, (status$) => holdWhilePaused(status$, { limit: 10_000 }));

      expect(values).to.have.lengthOf(10_000);
      expect(end).to.equal("completed");
    });
  });

  describe("takeUntil the op is terminated", () => {
    const recipe = <T>(status$: Statuses): MonoTypeOperatorFunction<T> =>
      takeUntil(status$.pipe(filter(is("terminated"))));

    it("looks like success", () => {
      gateMarbles(({ hot, status, expectObservable }) => {
        const source = hot(" -a-b-c-|");
        const gate = status("r---t---");
        const expected = "   -a-b|   ";

        expectObservable(source.pipe(recipe(gate))).toBe(expected);
      });
    });

    for (const operator of [failOnTerminate, holdWhilePaused]) {
      it(`where ${operator.name} errors, and says why`, () => {
        gateMarbles(({ hot, status, expectObservable }) => {
          const source = hot(" -a-b-c-|");
          const gate = status("r---t---");
          const expected = "   -a-b#   ";

          const gated = source.pipe(operator(gate));

          expectObservable(gated).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
        });
      });
    }
  });

  describe("a Promise of the first running status", () => {
    const recipe = async (status$: Statuses): Promise<boolean> =>
      (await firstValueFrom(status$.pipe(filter(is("running"))))).state === "running";

    /** An op that is paused and waited for is resumed and paused again in one tick. */
    async function play(wait: (control: OpControlSubscriber) => Promise<boolean>) {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      let wasPaused: boolean | undefined;
      const waiting = wait(control).then((allowed) => {
        wasPaused = control.isPaused(OP);
        return allowed;
      });

      signals$.next(pause());
      signals$.next(resume());
      signals$.next(pause());
      await setImmediate();
      return { waiting, wasPaused: () => wasPaused, resume: () => signals$.next(resume()) };
    }

    it("lets the waiter through while the op is paused", async () => {
      const { waiting, wasPaused } = await play((control) => recipe(control.status(OP)));

      expect(await waiting).to.equal(true);
      expect(wasPaused()).to.equal(true);
    });

    it("where whenRunnable lets it through when the op runs", async () => {
      const { waiting, wasPaused, resume } = await play((control) => control.whenRunnable(OP));

      expect(wasPaused()).to.equal(undefined);
      resume();
      expect(await waiting).to.equal(true);
      expect(wasPaused()).to.equal(false);
    });
  });

  describe("groupBy the op id, with an end to each group", () => {
    const states = { PAUSE: "paused", RESUME: "running", TERMINATE: "terminated" } as const;

    const recipe = (signals$: Observable<OpControlMessage>): Observable<OpState> =>
      signals$.pipe(
        groupBy(({ opId }) => opId, { duration: () => timer(3) }),
        mergeMap((group$) =>
          group$.pipe(
            scan((state: OpState, { signal }) => (state === "terminated" ? "terminated" : states[signal]), "running"),
          ),
        ),
      );

    it("forgets a terminate when the group has ended: a later RESUME revives the op", () => {
      gateMarbles(({ hotSignals, expectObservable }) => {
        const signals = hotSignals("-t-r---r");
        const expected = "          -t-t---r";

        expectObservable(recipe(signals)).toBe(expected, { t: "terminated", r: "running" });
      });
    });

    it("where OpControlSubscriber never does", () => {
      gateMarbles(({ hotSignals, statuses, expectObservable }) => {
        const signals = hotSignals("-t-r---r");
        const expected = "          -t------";
        const late = "              -------^";
        const expectedLate = "      -------t";

        const control = OpControlSubscriber.from(signals);

        expectObservable(control.statuses$).toBe(expected, statuses);
        expectObservable(control.status(OP), late).toBe(expectedLate, statuses);
      });
    });
  });

  describe("a Subject of the statuses", () => {
    /** The first subscriber reacts to a pause with a terminate; what the second one is told, in that order. */
    function play(toldTo: (status$: Statuses) => Statuses) {
      const status$ = new BehaviorSubject(running());
      toldTo(status$).subscribe((status) => {
        if (is("paused")(status)) status$.next(terminated());
      });
      const { values } = record(toldTo(status$).pipe(map(({ state }) => state)));
      status$.next(paused());
      return { values, now: status$.value.state };
    }

    it("tells of a terminate before the pause that caused it, and leaves whoever listens on paused", () => {
      const { values, now } = play((status$) => status$);

      expect(now).to.equal("terminated");
      expect(values).to.deep.equal(["running", "terminated", "paused"]);
    });

    it("does so with a queue for each subscriber too", () => {
      const { values, now } = play((status$) => status$.pipe(observeOn(queueScheduler)));

      expect(now).to.equal("terminated");
      expect(values).to.deep.equal(["running", "terminated", "paused"]);
    });

    it("where OpControlSubscriber tells everyone in the order in which it came", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      control.status(OP).subscribe((status) => {
        if (is("paused")(status)) signals$.next(terminate());
      });
      const { values } = record(control.status(OP).pipe(map(({ state }) => state)));

      signals$.next(pause());

      expect(control.isTerminated(OP)).to.equal(true);
      expect(values).to.deep.equal(["running", "paused", "terminated"]);
    });
  });
});
