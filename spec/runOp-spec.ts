import { expect } from "chai";
import fc from "fast-check";
import { setImmediate as nextTurn } from "node:timers/promises";
import {
  concat,
  defer,
  EMPTY,
  firstValueFrom,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  tap,
  type Subscription,
  throwError,
  toArray,
} from "rxjs";
import { currentOpId } from "../lib/currentOpId.js";
import type { Diagnostic } from "../lib/Diagnostic.js";
import { OpControlUnavailableError, OpTerminatedError } from "../lib/errors.js";
import { opContext } from "../lib/opContext.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../lib/opStatus.js";
import { type OpRun, type OpWork, runOp } from "../lib/runOp.js";
import { withOpId } from "../lib/withOpId.js";
import { listenersOf } from "./helpers/abortSignals.js";
import { testScheduler } from "./helpers/marbles.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, signals, statuses, terminate } from "./helpers/opControl.js";
import { record, type Recording, rejectionOf } from "./helpers/record.js";
import { runs } from "./helpers/runs.js";
import { pendingTimers } from "./helpers/timers.js";
import { trackedBy } from "./helpers/tracked.js";
import { aFewTurns } from "./helpers/turns.js";
import { unhandledRejectionsDuring } from "./helpers/unhandledRejections.js";
import { collectUnhandledErrors } from "./helpers/unhandledErrors.js";
import { throwingSubscriber } from "./helpers/throwingSubscriber.js";
import { warningsDuring } from "./helpers/warnings.js";

const unavailable = (message: string): OpControlUnavailableError =>
  new OpControlUnavailableError(`the channel has failed: ${message}`);

describe("runOp", () => {
  describe("starts the work", () => {
    it("at once where the op runs, and passes its values on until it completes", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" --------", signals);
        const work = cold("  -a-b-|--");
        const workSubs = "   ^----!--";
        const expected = "   -a-b-|--";

        const control = OpControlSubscriber.from(source);

        expectObservable(control.runOp(OP, () => work)).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
    });

    it("when the op is resumed, and does not call it before", () => {
      const calledAt: number[] = [];
      const scheduler = testScheduler();
      scheduler.run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" P---R------", signals);
        const subs = "       -^---------";
        const work = cold("      -a-b-|-");
        const workSubs = "   ----^----!-";
        const expected = "   -----a-b-|-";

        const control = OpControlSubscriber.from(source);
        const run$ = control.runOp(OP, () => {
          calledAt.push(scheduler.now());
          return work;
        });

        expectObservable(run$, subs).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
      expect(calledAt).to.deep.equal([4]);
    });

    it("in the context of whoever subscribed, also where somebody else's signal ends the wait", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const seen: unknown[] = [];
      const run$ = control.runOp(OP, () => of(seen.push(currentOpId())));
      signals$.next(pause());
      withOpId("subscriber:", () => run$.subscribe());
      withOpId("feeder:", () => signals$.next(resume()));
      opContext.disable();

      expect(seen).to.deep.equal(["subscriber:"]);
      control.close();
    });

    it("when the last of the scopes is resumed that paused it", () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const source = hot(" (PAF)-R-f-a---", {
          ...signals,
          ...{ A: pause(AGENT), a: resume(AGENT), F: pause(FLEET), f: resume(FLEET) },
        });
        const subs = "       -----^---------";
        const expected = "   ----------(v|)-";

        const control = OpControlSubscriber.from(source);

        expectObservable(
          control.runOp(OP, () => of("v")),
          subs,
        ).toBe(expected);
      });
    });

    it("not before it is subscribed, and anew for each who subscribes", () => {
      const control = OpControlSubscriber.from(NEVER);
      let calls = 0;
      const run$ = control.runOp(OP, () => of(++calls));
      expect(calls).to.equal(0);

      const results = [record(run$), record(run$)];

      expect(results.map(({ values }) => values)).to.deep.equal([[1], [2]]);
    });

    it("as the op is at its subscription, not as it was when the run was made", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const run$ = control.runOp(OP, () => of("value"));
      signals$.next(pause());

      expect(record(run$).values).to.be.empty;
    });

    it("with its op id, its statuses and a signal of its own that is not aborted", () => {
      const runs: OpRun[] = [];
      const run$ = OpControlSubscriber.from(NEVER).runOp(OP, (run) => {
        runs.push(run);
        return NEVER;
      });

      record(run$);
      record(run$);

      const [first, second] = runs;
      expect(first).to.include({ opId: OP });
      expect(first?.signal.aborted).to.equal(false);
      expect(first?.signal).not.to.equal(second?.signal);
      expect(first && record(first.status$).values).to.deep.equal([statuses.r]);
    });

    it("while the agent's other ops are paused or terminated", () => {
      const control = OpControlSubscriber.from(concat([pause(OTHER), terminate("another:one")], NEVER));

      expect(record(control.runOp(OP, () => of("value"))).values).to.deep.equal(["value"]);
    });

    it("with a signal that a thousand may listen to, without a warning of a leak", async () => {
      const run = startedRun();
      let told = 0;
      const warnings = await warningsDuring(() => {
        for (let index = 0; index < 1_000; index++) run.signal.addEventListener("abort", () => told++);
      });
      run.subscription.unsubscribe();

      expect(told).to.equal(1_000);
      expect(warnings).not.to.include("MaxListenersExceededWarning");
    });

    it("never, where it is unsubscribed while it waits", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" P---R---", signals);
        const subs = "       -^-!----";
        const work = cold("      -a|-");
        const expected = "   --------";

        const control = OpControlSubscriber.from(source);

        expectObservable(
          control.runOp(OP, () => work),
          subs,
        ).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe([]);
      });
    });
  });

  describe("takes for work", () => {
    const resultOf = <T>(work: OpWork<T>): Promise<T[]> =>
      firstValueFrom(OpControlSubscriber.from(NEVER).runOp(OP, work).pipe(toArray()));

    it("an Observable", async () => {
      expect(await resultOf(() => of(1, 2, 3))).to.deep.equal([1, 2, 3]);
    });

    it("an async function", async () => {
      expect(
        await resultOf(async () => {
          await nextTurn();
          return "done";
        }),
      ).to.deep.equal(["done"]);
    });

    it("an async generator", async () => {
      async function* pages() {
        yield "one";
        await nextTurn();
        yield "two";
      }
      expect(await resultOf(pages)).to.deep.equal(["one", "two"]);
    });

    it("an array, or anything else that can be iterated", async () => {
      expect(await resultOf(() => ["one", "two"])).to.deep.equal(["one", "two"]);
      expect(await resultOf(() => new Set([1, 2]))).to.deep.equal([1, 2]);
    });

    it("a synchronous source that never ends, as far as it is wanted", () => {
      const run = watchedRun(function* () {
        for (let index = 0; ; index++) yield index;
      });

      expect(run.outcome(take(3))).to.deep.include({ values: [0, 1, 2], end: "completed" });
      expect(run.reason()).to.have.property("name", "AbortError");
    });

    it("a synchronous source that terminates its own op, no further than that", () => {
      const run = watchedRun(function* () {
        for (let index = 0; ; index++) {
          if (index === 2) run.signals$.next(terminate());
          yield index;
        }
      });

      const { values, end } = run.outcome();

      expect(values).to.deep.equal([0, 1]);
      expect(end).to.be.instanceOf(OpTerminatedError);
      expect(run.reason()).to.be.instanceOf(OpTerminatedError);
    });

    it("nothing at all", () => {
      expect(record(OpControlSubscriber.from(NEVER).runOp(OP, () => EMPTY))).to.deep.include({
        values: [],
        end: "completed",
      });
    });

    it("nothing that RxJS does not take either, and errors then", () => {
      const { end } = record(OpControlSubscriber.from(NEVER).runOp(OP, () => undefined as never));

      expect(end).to.be.instanceOf(TypeError);
    });
  });

  describe("ends with the work", () => {
    it("when that completes: the signal is not aborted, nothing is left watched", () => {
      const run = watchedRun(() => of("value"));

      expect(run.outcome()).to.deep.include({ values: ["value"], end: "completed" });
      expect(run.signal().aborted).to.equal(false);
      expect(trackedBy(run.control)).to.be.empty;
    });

    it("when that errors: the same, and the error is passed on as it is", () => {
      const error = new Error("the work's own");
      const run = watchedRun(() => throwError(() => error));

      expect(run.outcome().end).to.equal(error);
      expect(run.signal().aborted).to.equal(false);
      expect(trackedBy(run.control)).to.be.empty;
    });

    it("when that throws before it returns anything", () => {
      const error = new Error("the work's own");
      const run = watchedRun(() => {
        throw error;
      });

      expect(run.outcome().end).to.equal(error);
      expect(run.signal().aborted).to.equal(false);
      expect(trackedBy(run.control)).to.be.empty;
    });

    it("when its Promise is rejected", async () => {
      const error = new Error("the work's own");
      const run = watchedRun(() => Promise.reject(error));

      const outcome = run.outcome();
      await nextTurn();

      expect(outcome.end).to.equal(error);
      expect(run.signal().aborted).to.equal(false);
    });

    it("does not hear of a terminate after that", () => {
      const run = watchedRun(() => of("value"));
      const outcome = run.outcome();

      run.signals$.next(terminate());

      expect(outcome.end).to.equal("completed");
      expect(run.signal().aborted).to.equal(false);
    });
  });

  describe("on a pause", () => {
    it("lets the work go on, and its values through: only a checkpoint waits", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" --P-----", signals);
        const work = cold("  -a-b-c-|");
        const workSubs = "   ^------!";
        const expected = "   -a-b-c-|";

        const control = OpControlSubscriber.from(source);

        expectObservable(control.runOp(OP, () => work)).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
    });
  });

  describe("on a terminate", () => {
    it("unsubscribes the work and errors", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" ----T---", signals);
        const work = cold("  -a-b-c-|");
        const workSubs = "   ^---!---";
        const expected = "   -a-b#---";

        const control = OpControlSubscriber.from(source);

        expectObservable(control.runOp(OP, () => work)).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
    });

    it("errors while it waits, and never calls the work", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" P---T---", signals);
        const subs = "       -^------";
        const work = cold("      -a|-");
        const expected = "   ----#---";

        const control = OpControlSubscriber.from(source);

        expectObservable(
          control.runOp(OP, () => work),
          subs,
        ).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
        expectSubscriptions(work.subscriptions).toBe([]);
      });
    });

    it("errors at once where it came before, and never calls the work", () => {
      let calls = 0;
      const control = OpControlSubscriber.from([terminate()]);

      const { end } = record(control.runOp(OP, () => of(++calls)));

      expect(end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "op" });
      expect(calls).to.equal(0);
    });

    for (const [scope, id] of [
      ["op", OP],
      ["agent", AGENT],
      ["fleet", FLEET],
    ] as const) {
      it(`of the ${scope} says so, in the error and in the signal's reason, which are one`, () => {
        const run = watchedRun(() => NEVER);
        const outcome = run.outcome();

        run.signals$.next(terminate(id));

        expect(outcome.end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope });
        expect(run.reason()).to.equal(outcome.end);
      });
    }

    it("of another op does nothing", () => {
      const run = watchedRun(() => NEVER);
      const outcome = run.outcome();

      run.signals$.next(terminate(OTHER));

      expect(outcome.end).to.equal(undefined);
      expect(run.signal().aborted).to.equal(false);
    });

    it("stops a paused op, too", () => {
      const run = watchedRun(() => NEVER);
      const outcome = run.outcome();

      run.signals$.next(pause());
      run.signals$.next(terminate());

      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
    });

    it("unsubscribes the work, then aborts its signal, then tells the error, then starts the clean-up, in one tick", () => {
      const told: string[] = [];
      const signals$ = new Subject<OpControlMessage>();
      const run$ = OpControlSubscriber.from(signals$).runOp(OP, ({ signal, onTerminate }) => {
        signal.addEventListener("abort", () => told.push("aborted"));
        onTerminate(() => told.push("cleaned up"));
        return new Observable(() => () => told.push("unsubscribed"));
      });
      run$.subscribe({ error: () => told.push("error") });

      signals$.next(terminate());

      expect(told).to.deep.equal(["unsubscribed", "aborted", "error", "cleaned up"]);
    });

    it("does not pass on what the work emits while it is being stopped", () => {
      const values$ = new Subject<string>();
      const run = watchedRun(({ signal }) => {
        signal.addEventListener("abort", () => values$.next("on abort"));
        return new Observable<string>((subscriber) => {
          values$.subscribe(subscriber);
          signal.addEventListener("abort", () => {
            subscriber.next("on abort, directly");
            subscriber.complete();
          });
          return () => {
            subscriber.next("on unsubscribe, directly");
            values$.next("on unsubscribe");
          };
        });
      });
      const outcome = run.outcome();

      run.signals$.next(terminate());
      values$.next("afterwards");

      expect(outcome.values).to.be.empty;
      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
    });

    it("tells the terminate, not what the work makes of its abort", async () => {
      const run = watchedRun(async ({ signal }) => {
        await nextTurn(undefined, { signal });
      });
      const outcome = run.outcome();

      const unhandled = await unhandledRejectionsDuring(() => run.signals$.next(terminate()));

      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
      expect(unhandled).to.be.empty;
    });

    it("does not pass on what comes while others are told of it first", () => {
      const values$ = new Subject<string>();
      const run = watchedRun(() => values$);
      record(run.control.status(OP).pipe(tap(({ state }) => values$.next(`while ${state} is told`))));
      const outcome = run.outcome();

      run.signals$.next(pause());
      run.signals$.next(terminate());

      expect(outcome.values).to.deep.equal(["while paused is told"]);
      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
    });

    it("that is told between the leave to run and the start keeps the work from being called", () => {
      let calls = 0;
      const control = {
        awaitOp: () => of(statuses.r),
        status: () => of(statuses.t),
        whenRunnable: () => Promise.resolve(true),
      };

      const { end } = record(
        runOp(
          control,
          OP,
          () => of(++calls),
          () => undefined,
        ),
      );

      expect(end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "op" });
      expect(calls).to.equal(0);
    });

    it("takes no value of a Promise that is fulfilled in the same tick", async () => {
      const run = watchedRun(() => Promise.resolve("value"));
      const outcome = run.outcome();

      run.signals$.next(terminate());
      await nextTurn();

      expect(outcome.values).to.be.empty;
      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
    });

    it("that the work causes while it starts aborts it with the OpTerminatedError, and starts its clean-up", () => {
      const cleanedUp: unknown[] = [];
      const run = watchedRun(({ onTerminate }) => {
        onTerminate((error) => cleanedUp.push(error));
        run.signals$.next(terminate());
        return NEVER;
      });

      const { end } = run.outcome();

      expect(end).to.be.instanceOf(OpTerminatedError);
      expect(run.reason()).to.be.instanceOf(OpTerminatedError);
      expect(cleanedUp).to.have.ordered.members([end]);
    });

    it("that the work causes while it starts keeps what it returns from being subscribed", () => {
      let subscriptions = 0;
      const run = watchedRun(() => {
        run.signals$.next(terminate());
        return defer(() => of(++subscriptions));
      });

      const { values, end } = run.outcome();

      expect(end).to.be.instanceOf(OpTerminatedError);
      expect(values).to.be.empty;
      expect(subscriptions).to.equal(0);
    });

    it("that an async function causes while it starts is told, and not what the function makes of it", async () => {
      const run = watchedRun(async () => {
        run.signals$.next(terminate());
        await nextTurn();
        throw new Error("the work's own");
      });

      const unhandled = await unhandledRejectionsDuring(() => {
        expect(run.outcome().end).to.be.instanceOf(OpTerminatedError);
      });

      expect(unhandled).to.be.empty;
    });

    it("that the work causes while it starts on a RESUME stops it behind that", () => {
      const run = watchedRun(() => {
        run.signals$.next(terminate());
        return concat(of("value"), NEVER);
      });
      run.signals$.next(pause());
      const outcome = run.outcome();

      run.signals$.next(resume());

      expect(outcome.values).to.deep.equal(["value"]);
      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
    });

    it("stops every run of the op in the same tick", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const runs = Array.from({ length: 3 }, () => record(control.runOp(OP, () => NEVER)));

      signals$.next(terminate());

      for (const { end } of runs) expect(end).to.be.instanceOf(OpTerminatedError);
      expect(trackedBy(control)).to.deep.equal([OP]);
    });
  });

  describe("when it is unsubscribed", () => {
    it("unsubscribes the work, and aborts its signal with an AbortError", () => {
      const told: string[] = [];
      const run = watchedRun(({ signal }) => {
        signal.addEventListener("abort", () => told.push("aborted"));
        return new Observable(() => () => told.push("unsubscribed"));
      });

      run.outcome().subscription.unsubscribe();

      expect(told).to.deep.equal(["unsubscribed", "aborted"]);
      expect(run.reason()).to.be.instanceOf(DOMException).and.to.have.property("name", "AbortError");
      expect(trackedBy(run.control)).to.be.empty;
    });

    it("while it waits leaves nothing watched", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      const { subscription } = record(control.runOp(OP, () => NEVER));
      subscription.unsubscribe();
      signals$.next(resume());

      expect(trackedBy(control)).to.be.empty;
    });

    it("keeps its reason when the op is terminated afterwards", () => {
      const run = watchedRun(() => NEVER);
      run.outcome().subscription.unsubscribe();

      run.signals$.next(terminate());

      expect(run.reason()).to.have.property("name", "AbortError");
    });

    it("by the work's own abort listener, on a terminate, ends in peace", () => {
      const outcome: { current?: Recording<never> } = {};
      const run = watchedRun(({ signal }) => {
        signal.addEventListener("abort", () => outcome.current?.subscription.unsubscribe());
        return NEVER;
      });
      outcome.current = run.outcome();

      run.signals$.next(terminate());

      expect(run.reason()).to.be.instanceOf(OpTerminatedError);
      expect(outcome.current.end).to.equal(undefined);
    });
  });

  describe("when the channel fails", () => {
    it("stops the work and errors with an OpControlUnavailableError", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" ----#---", signals, new Error("gone"));
        const work = cold("  -a-b-c-|");
        const workSubs = "   ^---!---";
        const expected = "   -a-b#---";

        const control = OpControlSubscriber.from(source);

        expectObservable(control.runOp(OP, () => work)).toBe(expected, undefined, unavailable("gone"));
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
    });

    it("aborts the signal with the error that it tells, its cause attached", () => {
      const cause = new Error("gone");
      const run = watchedRun(() => NEVER);
      const outcome = run.outcome();

      run.signals$.error(cause);

      expect(outcome.end).to.be.instanceOf(OpControlUnavailableError).and.to.include({ cause });
      expect(run.reason()).to.equal(outcome.end);
    });

    it("never calls the work of an op that waits", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" P---#---", signals, new Error("gone"));
        const subs = "       -^------";
        const work = cold("      -a|-");
        const expected = "   ----#---";

        const control = OpControlSubscriber.from(source);

        expectObservable(
          control.runOp(OP, () => work),
          subs,
        ).toBe(expected, undefined, unavailable("gone"));
        expectSubscriptions(work.subscriptions).toBe([]);
      });
    });

    it("never calls the work of an op that comes after it", () => {
      let calls = 0;
      const control = OpControlSubscriber.from(throwError(() => new Error("gone")));

      const { end } = record(control.runOp(OP, () => of(++calls)));

      expect(end).to.be.instanceOf(OpControlUnavailableError);
      expect(calls).to.equal(0);
    });

    it("starts no clean-up: nobody has terminated the op", () => {
      let calls = 0;
      const run = watchedRun(({ onTerminate }) => {
        onTerminate(() => calls++);
        return NEVER;
      });
      run.outcome();

      run.signals$.error(new Error("gone"));

      expect(calls).to.equal(0);
    });
  });

  describe("when the subscriber is closed", () => {
    it("completes without calling the work that has not started", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" P---|---", signals);
        const subs = "       -^------";
        const work = cold("      -a|-");
        const expected = "   ----|---";

        const control = OpControlSubscriber.from(source);

        expectObservable(
          control.runOp(OP, () => work),
          subs,
        ).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe([]);
      });
    });

    it("completes without calling the work of a running op that comes after it", () => {
      let calls = 0;
      const control = OpControlSubscriber.from(NEVER);
      const run$ = control.runOp(OP, () => of(++calls));
      control.close();

      expect(record(run$)).to.deep.include({ values: [], end: "completed" });
      expect(calls).to.equal(0);
    });

    it("still errors for an op that was terminated", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(terminate());
      control.close();

      expect(record(control.runOp(OP, () => NEVER)).end).to.be.instanceOf(OpTerminatedError);
    });

    it("lets work finish that has started", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" --|-----", signals);
        const work = cold("  -a-b-c-|");
        const workSubs = "   ^------!";
        const expected = "   -a-b-c-|";

        const control = OpControlSubscriber.from(source);

        expectObservable(control.runOp(OP, () => work)).toBe(expected);
        expectSubscriptions(work.subscriptions).toBe(workSubs);
      });
    });

    it("leaves the work's signal alone, until that is unsubscribed", () => {
      const run = watchedRun(() => NEVER);
      const { subscription } = run.outcome();

      run.control.close();
      expect(run.signal().aborted).to.equal(false);

      subscription.unsubscribe();
      expect(run.reason()).to.have.property("name", "AbortError");
    });
  });

  describe("checkpoint()", () => {
    it("resolves where the op runs", async () => {
      const passed = settled(startedRun().checkpoint());
      expect(passed.state).to.equal("pending");

      await aFewTurns();

      expect(passed.state).to.equal("passed");
    });

    it("waits out a pause", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      const passed = settled(run.checkpoint());

      await aFewTurns();
      expect(passed.state).to.equal("pending");

      run.signals$.next(resume());
      await aFewTurns();
      expect(passed.state).to.equal("passed");
    });

    it("waits for every scope that paused it", async () => {
      const run = startedRun();
      for (const id of [OP, AGENT, FLEET]) run.signals$.next(pause(id));
      const passed = settled(run.checkpoint());

      for (const id of [OP, FLEET]) run.signals$.next(resume(id));
      await aFewTurns();
      expect(passed.state).to.equal("pending");

      run.signals$.next(resume(AGENT));
      await aFewTurns();
      expect(passed.state).to.equal("passed");
    });

    it("lets an async function run between one and the next", async () => {
      const signals$ = new Subject<OpControlMessage>();
      const steps: string[] = [];
      const outcome = record(
        OpControlSubscriber.from(signals$).runOp(OP, async ({ checkpoint }) => {
          steps.push("one");
          await checkpoint();
          steps.push("two");
          signals$.next(pause());
          await checkpoint();
          steps.push("three");
          return "done";
        }),
      );
      await aFewTurns();
      expect(steps).to.deep.equal(["one", "two"]);

      signals$.next(resume());
      await aFewTurns();

      expect(steps).to.deep.equal(["one", "two", "three"]);
      expect(outcome).to.deep.include({ values: ["done"], end: "completed" });
    });

    it("lets an async generator run between one value and the next", async () => {
      const signals$ = new Subject<OpControlMessage>();
      const outcome = record(
        OpControlSubscriber.from(signals$).runOp(OP, async function* ({ checkpoint }) {
          for (const value of ["one", "two"]) {
            await checkpoint();
            yield value;
            signals$.next(pause());
          }
        }),
      );
      await aFewTurns();
      expect(outcome.values).to.deep.equal(["one"]);

      signals$.next(resume());
      await aFewTurns();

      expect(outcome.values).to.deep.equal(["one", "two"]);
    });

    it("rejects with the OpTerminatedError on a terminate, which is the signal's reason", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      const waiting = run.checkpoint();
      run.signals$.next(terminate(FLEET));

      const error = await rejectionOf(waiting, OpTerminatedError);

      expect(error).to.include({ opId: OP, scope: "fleet" });
      expect(await rejectionOf(run.checkpoint(), OpTerminatedError)).to.equal(run.signal.reason);
    });

    it("rejects on a terminate in the tick that would have let it through", async () => {
      const run = startedRun();
      const running = run.checkpoint();
      run.signals$.next(terminate());

      await rejectionOf(running, OpTerminatedError);
    });

    it("gives the event loop a turn, so that work which does nothing else can hear of a terminate", async () => {
      const run = startedRun();
      const ever = 1_000;
      setImmediate(() => run.signals$.next(terminate()));
      const work = async (): Promise<void> => {
        for (let step = 0; step < ever; step++) await run.checkpoint();
      };

      await rejectionOf(work(), OpTerminatedError);
    });

    it("rejects with the OpControlUnavailableError when the channel fails", async () => {
      const cause = new Error("gone");
      const run = startedRun();
      run.signals$.next(pause());
      const waiting = run.checkpoint();
      run.signals$.error(cause);

      expect(await rejectionOf(waiting, OpControlUnavailableError)).to.include({ cause });
      expect(await rejectionOf(run.checkpoint(), OpControlUnavailableError)).to.include({ cause });
    });

    it("rejects when the subscriber is closed, for nobody can say then whether the op may go on", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      const waiting = run.checkpoint();
      run.control.close();

      await rejectionOf(waiting, OpControlUnavailableError);
      await rejectionOf(run.checkpoint(), OpControlUnavailableError);
      expect(run.signal.aborted).to.equal(false);
    });

    it("rejects when the subscriber is closed in the tick that would have let it through", async () => {
      const run = startedRun();
      const running = run.checkpoint();
      run.control.close();

      await rejectionOf(running, OpControlUnavailableError);
    });

    it("rejects with the AbortError when the run is unsubscribed while it waits, and afterwards", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      const waiting = run.checkpoint();
      run.subscription.unsubscribe();

      expect(await rejectionOf(waiting, DOMException)).to.equal(run.signal.reason);
      expect(await rejectionOf(run.checkpoint(), DOMException)).to.have.property("name", "AbortError");
    });

    it("rejects when the run is unsubscribed in the tick that would have let it through", async () => {
      const run = startedRun();
      const running = run.checkpoint();
      run.subscription.unsubscribe();

      expect(await rejectionOf(running, DOMException)).to.have.property("name", "AbortError");
    });

    it("lets nobody through on PAUSE, RESUME, PAUSE in one tick", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      const passed = settled(run.checkpoint());

      run.signals$.next(resume());
      run.signals$.next(pause());
      await aFewTurns();
      expect(passed.state).to.equal("pending");

      run.signals$.next(resume());
      await aFewTurns();
      expect(passed.state).to.equal("passed");
    });

    // Messages that share a packet reach us in one turn of the event loop, but may be some microtasks apart.
    for (const [what, signal] of [
      ["PAUSE", pause()],
      ["TERMINATE", terminate()],
    ] as const) {
      it(`lets nobody through on PAUSE, RESUME, ${what}, however many microtasks that is behind`, async () => {
        const slipped: number[] = [];
        for (let hops = 0; hops <= 8; hops++) {
          const run = startedRun();
          run.signals$.next(pause());
          const slips = run.checkpoint().then(
            () => run.control.isPaused(OP) || run.control.isTerminated(OP),
            () => false,
          );
          run.signals$.next(resume());
          void microtasks(hops).then(() => run.signals$.next(signal));
          await aFewTurns();
          run.signals$.next(resume());
          if (await slips) slipped.push(hops);
        }

        expect(slipped).to.deep.equal([]);
      });
    }

    it("takes its listener off the run's signal when it has settled", async () => {
      const run = startedRun();
      const listeners = listenersOf(run.signal);
      run.signals$.next(pause());
      const waiting = run.checkpoint();
      run.signals$.next(resume());
      await waiting;

      for (let index = 0; index < 100; index++) await run.checkpoint();

      expect(listenersOf(run.signal)).to.equal(listeners);
    });

    it("warns of no leak where a thousand wait at once", async () => {
      const run = startedRun();
      run.signals$.next(pause());
      let passed = 0;
      const warnings = await warningsDuring(() => {
        for (let index = 0; index < 1_000; index++) void run.checkpoint().then(() => passed++);
      });
      run.signals$.next(resume());
      await aFewTurns();

      expect(passed).to.equal(1_000);
      expect(warnings).not.to.include("MaxListenersExceededWarning");
    });
  });

  describe("onTerminate()", () => {
    /** What is told on `diagnostics$` of the clean-up of a run that is terminated; in real time. */
    async function toldOf(
      cleanup: Parameters<OpRun["onTerminate"]>[0],
      opId = OP,
      turns = 1,
    ): Promise<readonly Diagnostic[]> {
      const run = watchedRun(({ onTerminate }) => {
        onTerminate(cleanup, { timeoutMs: 60_000 });
        return NEVER;
      }, opId);
      const diagnostics = record(run.control.diagnostics$);
      const outcome = run.outcome();
      run.signals$.next(terminate(opId));
      expect(outcome.end).to.be.instanceOf(OpTerminatedError);
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      run.control.close();
      return diagnostics.values;
    }

    it("starts the clean-up with the error that was told, after it was", () => {
      const told: unknown[] = [];
      const run = watchedRun(({ onTerminate }) => {
        onTerminate((error) => told.push(error));
        return NEVER;
      });
      const outcome = run.outcome();
      expect(told).to.be.empty;

      run.signals$.next(terminate(AGENT));

      expect(told).to.deep.equal([outcome.end]);
      expect(told[0]).to.equal(outcome.end).and.to.include({ opId: OP, scope: "agent" });
    });

    describe("where whoever is told of the terminate throws past RxJS", () => {
      const unhandled = collectUnhandledErrors();

      it("is started all the same", async () => {
        const told: string[] = [];
        const signals$ = new Subject<OpControlMessage>();
        OpControlSubscriber.from(signals$)
          .runOp(OP, ({ onTerminate }) => {
            onTerminate(() => told.push("cleaned up"));
            return NEVER;
          })
          .subscribe(throwingSubscriber("thrown"));

        signals$.next(terminate());

        expect(told).to.deep.equal(["cleaned up"]);
        await unhandled.reported(1);
        expect(unhandled.errors[0]).to.include({ message: "thrown" });
      });
    });

    it("starts several in their order, and the next one whatever became of the one before", () => {
      const told: string[] = [];
      const run = watchedRun(({ onTerminate }) => {
        onTerminate(() => {
          told.push("throws");
          throw new Error("disk full");
        });
        onTerminate(() => {
          told.push("hangs");
          return new Promise(() => undefined);
        });
        onTerminate(() => told.push("works"));
        return NEVER;
      });
      run.outcome();

      run.signals$.next(terminate());
      run.control.close();

      expect(told).to.deep.equal(["throws", "hangs", "works"]);
    });

    it("starts one as often as it was registered, and in each run of its own", () => {
      let calls = 0;
      const cleanup = () => calls++;
      const run = watchedRun(({ onTerminate }) => {
        onTerminate(cleanup);
        onTerminate(cleanup);
        return NEVER;
      });
      run.outcome();
      run.outcome();

      run.signals$.next(terminate());

      expect(calls).to.equal(4);
    });

    for (const [how, end] of [
      ["has been unsubscribed", ({ subscription }: Recording<never>, _: Subject<never>) => subscription.unsubscribe()],
      ["has completed", (_: Recording<never>, work$: Subject<never>) => work$.complete()],
      [
        "has had an error of its own",
        (_: Recording<never>, work$: Subject<never>) => work$.error(new Error("its own")),
      ],
    ] as const) {
      it(`starts none where the run ${how}, neither then nor on a terminate afterwards`, () => {
        let calls = 0;
        const work$ = new Subject<never>();
        const run = watchedRun(({ onTerminate }) => {
          onTerminate(() => calls++);
          return work$;
        });

        end(run.outcome(), work$);
        run.signals$.next(terminate());

        expect(calls).to.equal(0);
      });
    }

    it("starts one at once that is registered after the terminate", () => {
      const run = startedRun();
      run.signals$.next(terminate());
      const told: unknown[] = [];

      run.onTerminate((error) => told.push(error));

      expect(told).to.have.ordered.members([run.signal.reason]);
    });

    it("starts one at once that is registered by an abort listener, once", () => {
      let calls = 0;
      const run = watchedRun(({ signal, onTerminate }) => {
        signal.addEventListener("abort", () => onTerminate(() => calls++));
        return NEVER;
      });
      run.outcome();

      run.signals$.next(terminate());

      expect(calls).to.equal(1);
    });

    it("starts none that is registered after an unsubscription", () => {
      let calls = 0;
      const run = startedRun();
      run.subscription.unsubscribe();
      run.signals$.next(terminate());

      run.onTerminate(() => calls++);

      expect(calls).to.equal(0);
    });

    it("tells of one that hangs when its time is up, and delays nobody by it", () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const source = hot(" --T---------", signals);
        const expected = "   --#---------";
        const diagnostics = "-------a--b-";
        const told = (message: string): Diagnostic => ({ kind: "cleanupTimedOut", opId: OP, message });

        const control = OpControlSubscriber.from(source);
        const run$ = control.runOp(OP, ({ onTerminate }) => {
          onTerminate(() => NEVER, { timeoutMs: 8 });
          onTerminate(() => NEVER, { timeoutMs: 5 });
          return NEVER;
        });

        expectObservable(run$).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
        expectObservable(control.diagnostics$).toBe(diagnostics, {
          a: told("not done within 5 ms"),
          b: told("not done within 8 ms"),
        });
      });
    });

    for (const [what, options] of [
      ["nothing", undefined],
      ["nothing of the time", {}],
    ] as const) {
      it(`gives it 5 s where ${what} is said`, () => {
        testScheduler().run(({ hot, expectObservable }) => {
          const control = OpControlSubscriber.from(hot("T", signals));
          record(
            control.runOp(OP, ({ onTerminate }) => {
              onTerminate(() => NEVER, options);
              return NEVER;
            }),
          );

          expectObservable(control.diagnostics$).toBe("5s d", {
            d: { kind: "cleanupTimedOut", opId: OP, message: "not done within 5000 ms" },
          });
        });
      });
    }

    it("tells nothing of one that is done in time", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const source = hot(" --T------", signals);
        const cleanup = cold("  ----|    ");
        const subs = "       --^---!--";
        const diagnostics = "---------";

        const control = OpControlSubscriber.from(source);
        const run$ = control.runOp(OP, ({ onTerminate }) => {
          onTerminate(() => cleanup, { timeoutMs: 5 });
          return NEVER;
        });
        record(run$);

        expectObservable(control.diagnostics$).toBe(diagnostics);
        expectSubscriptions(cleanup.subscriptions).toBe(subs);
      });
    });

    for (const [how, cleanup] of [
      [
        "throws",
        () => {
          throw new Error("disk\nfull");
        },
      ],
      ["returns a Promise that is rejected", () => Promise.reject(new Error("disk\nfull"))],
      ["returns an Observable that errors", () => throwError(() => new Error("disk\nfull"))],
    ] as const) {
      it(`tells of one that ${how}, made printable`, async () => {
        expect(await toldOf(cleanup, "trace:\u001bspan")).to.deep.equal([
          { kind: "cleanupFailed", opId: "trace:\\u001bspan", message: "disk\\u000afull" },
        ]);
      });
    }

    it("tells nothing of one that is done", async () => {
      expect(await toldOf(() => undefined)).to.deep.equal([]);
      expect(await toldOf(() => nextTurn(), OP, 3)).to.deep.equal([]);
    });

    it("still starts one, and waits for it, when the channel has failed after the terminate", () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const source = hot(" --T-#-------", signals);
        const diagnostics = "-------d----";

        const control = OpControlSubscriber.from(source);
        record(
          control.runOp(OP, ({ onTerminate }) => {
            onTerminate(() => NEVER, { timeoutMs: 5 });
            return NEVER;
          }),
        );

        expectObservable(control.diagnostics$).toBe(diagnostics, {
          d: { kind: "cleanupTimedOut", opId: OP, message: "not done within 5 ms" },
        });
      });
    });

    it("has no timer left when the subscriber is closed, and waits for nothing any longer", () => {
      const timers = pendingTimers();
      const run = startedRun();
      run.onTerminate(() => NEVER, { timeoutMs: 60_000 });
      run.signals$.next(terminate());
      run.onTerminate(() => NEVER, { timeoutMs: 60_000 });
      expect(pendingTimers()).to.equal(timers + 2);

      run.control.close();

      expect(pendingTimers()).to.equal(timers);
    });

    it("starts one after the subscriber was closed, with no timer", () => {
      const timers = pendingTimers();
      let calls = 0;
      const run = startedRun();
      run.signals$.next(terminate());
      run.control.close();

      run.onTerminate(() => {
        calls++;
        return NEVER;
      });

      expect(calls).to.equal(1);
      expect(pendingTimers()).to.equal(timers);
    });

    it("keeps nothing of a clean-up that is done", () => {
      const timers = pendingTimers();
      const run = startedRun();
      run.signals$.next(terminate());

      for (let index = 0; index < 100; index++) run.onTerminate(() => EMPTY, { timeoutMs: 60_000 });

      expect(pendingTimers()).to.equal(timers);
      run.control.close();
    });

    it("refuses what is no clean-up, and a time that is none, whenever it is called", () => {
      const run = startedRun();
      for (const afterwards of [false, true]) {
        if (afterwards) run.signals$.next(terminate());
        for (const wrong of [undefined, null, "clean up", {}]) {
          expect(() => run.onTerminate(wrong as never)).to.throw(TypeError, "cleanup must be a function");
        }
        for (const timeoutMs of [-1, Number.NaN, Infinity, 2 ** 31, "5", null]) {
          expect(() => run.onTerminate(() => undefined, { timeoutMs: timeoutMs as never })).to.throw(
            TypeError,
            "timeoutMs",
          );
        }
        const misspelt = { timeout: 5 } as never;
        expect(() => run.onTerminate(() => undefined, misspelt)).to.throw(TypeError, "timeout must be spelt");
      }
    });
  });

  describe("given wrong arguments", () => {
    const control = OpControlSubscriber.from(NEVER);

    it("refuses work that is no function, at once", () => {
      for (const wrong of [undefined, null, of(1), Promise.resolve(1), "work"]) {
        expect(() => control.runOp(OP, wrong as never)).to.throw(TypeError, "work must be a function");
      }
    });

    it("refuses an op id that is no string, at once", () => {
      for (const wrong of [undefined, null, 7, {}]) {
        expect(() => control.runOp(wrong as never, () => EMPTY)).to.throw(TypeError, "opId must be a string");
      }
    });
  });

  describe("for any interleaving", () => {
    it("tells what the model tells", () => {
      const commands = fc.array(fc.constantFrom(...COMMANDS), { maxLength: 12 });
      fc.assert(
        fc.property(commands, commands, (before, after) => {
          expect(outcomeOf(before, after)).to.deep.equal(expectedOutcomeOf(before, after));
        }),
        { numRuns: runs(1_000) },
      );
    });
  });
});

/** A run of the work that is given, and the means to see what becomes of it. */
function watchedRun<T>(work: OpWork<T>, opId = OP) {
  const signals$ = new Subject<OpControlMessage>();
  const control = OpControlSubscriber.from(signals$);
  const runSignals: AbortSignal[] = [];
  const run$ = control.runOp(opId, (run) => {
    runSignals.push(run.signal);
    return work(run);
  });
  const signal = (): AbortSignal => runSignals.at(-1) ?? expect.fail("the work has not been called");
  return {
    signals$,
    control,
    /** Starts it. */
    outcome: (operator = (source$: Observable<T>): Observable<T> => source$) => record(run$.pipe(operator)),
    /** The signal of the last run that was started. */
    signal,
    /** What that was aborted with. */
    reason: (): unknown => signal().reason,
  };
}

/** A run that has started and does nothing, with all that its work is given. */
function startedRun() {
  const given: OpRun[] = [];
  const watched = watchedRun<never>((run) => {
    given.push(run);
    return NEVER;
  });
  const { subscription } = watched.outcome();
  const run = given[0] ?? expect.fail("the work has not been called");
  const { signals$, control } = watched;
  return { signals$, control, subscription, ...run };
}

/** What has become of a Promise so far. */
function settled(promise: Promise<unknown>): { readonly state: string } {
  const watched = { state: "pending" };
  promise.then(
    () => (watched.state = "passed"),
    () => (watched.state = "rejected"),
  );
  return watched;
}

async function microtasks(count: number): Promise<void> {
  for (let index = 1; index < count; index++) await Promise.resolve();
}

const COMMANDS = [
  ...["value", "value", "pause", "resume", "terminate", "complete", "error", "unsubscribe", "close", "fail"],
] as const;
type Command = (typeof COMMANDS)[number];

/** What was told of a run: its values and its end, how often its work was called, and what its signal was aborted with. */
interface Outcome {
  readonly told: string[];
  calls: number;
  reason: string | undefined;
}

function outcomeOf(before: readonly Command[], after: readonly Command[]): Outcome {
  const outcome: Outcome = { told: [], calls: 0, reason: undefined };
  const signals$ = new Subject<OpControlMessage>();
  const control = OpControlSubscriber.from(signals$);
  let work$ = new Subject<string>();
  let count = 0;
  let subscription: Subscription | undefined;
  const run$ = control.runOp(OP, ({ signal }) => {
    outcome.calls++;
    signal.addEventListener("abort", () => {
      outcome.reason = (signal.reason as Error).name;
    });
    return (work$ = new Subject());
  });
  const acts: Record<Command | "subscribe", () => void> = {
    subscribe: () => {
      subscription = run$.subscribe({
        next: (value) => outcome.told.push(value),
        error: (error: unknown) => outcome.told.push((error as Error).name),
        complete: () => outcome.told.push("completed"),
      });
    },
    unsubscribe: () => subscription?.unsubscribe(),
    value: () => work$.next(`value ${++count}`),
    complete: () => work$.complete(),
    error: () => work$.error(new RangeError("the work's own")),
    pause: () => signals$.next(pause()),
    resume: () => signals$.next(resume()),
    terminate: () => signals$.next(terminate()),
    close: () => control.close(),
    fail: () => signals$.error(new Error("gone")),
  };
  for (const command of [...before, "subscribe", ...after] as const) acts[command]();
  return outcome;
}

function expectedOutcomeOf(before: readonly Command[], after: readonly Command[]): Outcome {
  const outcome: Outcome = { told: [], calls: 0, reason: undefined };
  const now = { op: "running", channel: "live", run: "none" };
  let count = 0;
  const end = (told?: string, reason?: string): void => {
    if (told !== undefined) outcome.told.push(told);
    if (now.run === "working") outcome.reason = reason;
    now.run = "over";
  };
  for (const command of [...before, "subscribe", ...after] as const) {
    const told = command === "value" ? `value ${++count}` : "";
    if (command === "subscribe") now.run = "waiting";
    if (now.channel === "live") {
      if (command === "terminate") now.op = "terminated";
      if (command === "pause" && now.op === "running") now.op = "paused";
      if (command === "resume" && now.op === "paused") now.op = "running";
      if (command === "close") now.channel = "closed";
      if (command === "fail") now.channel = "failed";
    }
    const { op, channel, run } = now;
    if (run === "none" || run === "over") continue;
    if (op === "terminated") end("OpTerminatedError", "OpTerminatedError");
    else if (channel === "failed") end("OpControlUnavailableError", "OpControlUnavailableError");
    else if (command === "unsubscribe") end(undefined, "AbortError");
    else if (run === "waiting" && channel === "closed") end("completed");
    else if (run === "waiting" && op === "running") {
      now.run = "working";
      outcome.calls++;
    } else if (run === "working") {
      if (command === "value") outcome.told.push(told);
      if (command === "complete") end("completed");
      if (command === "error") end("RangeError");
    }
  }
  return outcome;
}
