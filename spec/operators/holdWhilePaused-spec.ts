import { expect } from "chai";
import { setTimeout } from "node:timers/promises";
import {
  BehaviorSubject,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  Subject,
  type Subscription,
  take,
  throwError,
} from "rxjs";
import { HoldOverflowError, OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { HoldOptions } from "../../lib/operators/HoldOptions.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpControlMessage, OpStatus } from "../../lib/opStatus.js";
import { Gate } from "../helpers/Gate.js";
import { gateMarbles } from "../helpers/gateMarbles.js";
import { usedHeapMb } from "../helpers/measure.js";
import { naturals } from "../helpers/naturals.js";
import { OP, pause, paused, running, terminate, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";
import { timesSlower } from "../helpers/timesSlower.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

const wasTerminated = new OpTerminatedError(OP, "op");
const unavailable = new OpControlUnavailableError("the channel has failed");
const abandoned = new OpControlUnavailableError("the status stream completed while values were held by a pause");

/** What may end a gate. */
interface Ended {
  readonly source$: Subject<readonly number[]>;
  readonly status$: Subject<OpStatus>;
  readonly subscription: Subscription;
}

const holding = (options?: HoldOptions) => new Gate((status$) => holdWhilePaused(status$, options));

describe("holdWhilePaused", () => {
  describe("while the op runs", () => {
    it("passes every value on as it comes", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-(cd)--e-|");
        const subs = "       ^------------!";
        const gate = status("r---r---------");
        const expected = "   -a-b-(cd)--e-|";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("stays silent with a source that never emits", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("------");
        const gate = status("r-p-r-");
        const subs = "       ^-----";
        const expected = "   ------";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    for (const [what, marbles, subs] of [
      ["is empty", "|", "(^!)"],
      ["has one value", "--(a|)", "^-!"],
      ["has many", "-a-b-c-|", "^------!"],
    ] as const) {
      it(`completes at once with a source that ${what}`, () => {
        gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
          const source = cold(marbles);
          const gate = status("r");

          expectObservable(source.pipe(holdWhilePaused(gate))).toBe(marbles);
          expectSubscriptions(source.subscriptions).toBe(subs);
          expectSubscriptions(gate.subscriptions).toBe(subs);
        });
      });
    }

    it("passes the error of the source on", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-#");
        const subs = "       ^--!";
        const gate = status("r---");
        const expected = "   -a-#";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });
  });

  describe("while the op is paused", () => {
    it("holds values, and passes them on in their order when it is resumed", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-----d-|");
        const subs = "       ^------------!";
        const gate = status("r-p---r-------");
        const expected = "   -a----(bc)-d-|";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("holds from the first value on where the first status is a pause", () => {
      gateMarbles(({ cold, status, expectObservable }) => {
        const source = cold("a-b-c-----");
        const gate = status("p----r----");
        const expected = "   -----(abc)";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });

    it("holds over as many pauses as there are, and nothing twice", () => {
      gateMarbles(({ cold, status, expectObservable }) => {
        const source = cold("-a-b-c-d-e-f-g-h-|");
        const gate = status("p-r-p-r-p-r-p-r--");
        const expected = "   --ab--cd--ef--gh-|";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });

    it("goes on holding when it is told of the pause again, by whomever", () => {
      gateMarbles(({ cold, hot, expectObservable }) => {
        const source = cold("-a-b-----");
        const gate = hot("   p-f-p-r--", { p: paused(), f: paused(OP, "fleet"), r: running() });
        const expected = "   ------(ab)";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });

    it("has the completion of the source wait for the flush", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("  -a-b-|     ");
        const sourceSubs = "   ^----!     ";
        const gate = status("  r-p----r   ");
        const gateSubs = "     ^------!   ";
        const expected = "     -a-----(b|)";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
        expectSubscriptions(gate.subscriptions).toBe(gateSubs);
      });
    });

    for (const [what, marbles, subs] of [
      ["is empty", "|", "(^!)"],
      ["has nothing to hold", "---|", "^--!"],
    ] as const) {
      it(`completes at once with a source that ${what}`, () => {
        gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
          const source = cold(marbles);
          const gate = status("p---r");

          expectObservable(source.pipe(holdWhilePaused(gate))).toBe(marbles);
          expectSubscriptions(source.subscriptions).toBe(subs);
          expectSubscriptions(gate.subscriptions).toBe(subs);
        });
      });
    }

    it("passes the error of the source on at once, and nothing of what it holds", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-#  ");
        const subs = "       ^----!  ";
        const gate = status("r-p----r");
        const expected = "   -a---#  ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("keeps what it holds when the pause goes over from one scope to another", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const source$ = new Subject<string>();
      const { values } = record(source$.pipe(holdWhilePaused(control.status(OP))));
      const signal = (signal: OpControlMessage["signal"], opId: string) => {
        signals$.next({ opId, signal, sequence: 0n });
      };

      signal("PAUSE", OP);
      source$.next("a");
      signal("PAUSE", "*");
      signal("RESUME", OP);
      source$.next("b");
      expect(values).to.deep.equal([]);
      signal("RESUME", "*");
      expect(values).to.deep.equal(["a", "b"]);
    });
  });

  describe("when the op is terminated", () => {
    it("errors and lets go of both in the same tick", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-d-");
        const subs = "       ^----!   ";
        const gate = status("r----t---");
        const expected = "   -a-b-#   ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, wasTerminated);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("emits nothing of what it holds", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-d-");
        const subs = "       ^-----!  ";
        const gate = status("r-p---t-r");
        const expected = "   -a----#  ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, wasTerminated);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("errors too where the source has completed and only the flush is awaited", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("  -a|  ");
        const sourceSubs = "   ^-!  ";
        const gate = status("  p---t");
        const gateSubs = "     ^---!";
        const expected = "     ----#";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, wasTerminated);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
        expectSubscriptions(gate.subscriptions).toBe(gateSubs);
      });
    });

    it("never subscribes the source of an op that is terminated already", () => {
      gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-|");
        const expected = "   #   ";

        const gated = source.pipe(holdWhilePaused(of(terminated())));

        expectObservable(gated).toBe(expected, undefined, wasTerminated);
        expectSubscriptions(source.subscriptions).toBe([]);
      });
    });

    it("has the error name the op and the scope", () => {
      for (const scope of ["op", "agent", "fleet"] as const) {
        const gated = of("a").pipe(holdWhilePaused(of(terminated("some:op", scope))));
        expect(errorOf(gated, OpTerminatedError)).to.include({ opId: "some:op", scope });
      }
    });
  });

  describe("when the statuses end", () => {
    it("counts an op that has no status yet as running", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b---|  ");
        const subs = "       ^------!  ";
        const gate = status("--p--r----");
        const expected = "   -a---b-|  ";
        const never = status("----------");
        const atOnce = "     -a-b---|  ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectObservable(source.pipe(holdWhilePaused(never))).toBe(atOnce);
        expectSubscriptions(never.subscriptions).toBe(subs);
      });
    });

    it("goes on where they complete while the op runs", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("  -a-b-------c-|");
        const sourceSubs = "   ^------------!";
        const gate = status("  p---r---|     ");
        const gateSubs = "     ^-------!     ";
        const expected = "     ----(ab)---c-|";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
        expectSubscriptions(gate.subscriptions).toBe(gateSubs);
      });
    });

    it("counts an op whose statuses complete without any as running", () => {
      gateMarbles(({ cold, expectObservable }) => {
        expectObservable(cold("-a-|").pipe(holdWhilePaused(EMPTY))).toBe("-a-|");
      });
    });

    it("errors at once where they complete while values are held", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-");
        const subs = "       ^---!  ";
        const gate = status("r-p-|  ");
        const expected = "   -a--#  ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, abandoned);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("errors too where the source has completed before them", () => {
      gateMarbles(({ cold, status, expectObservable }) => {
        const source = cold("-a|   ");
        const gate = status("p---|");
        const expected = "   ----#";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, abandoned);
      });
    });

    it("errors with the next value where they complete during a pause with nothing held", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("  -a---b-");
        const sourceSubs = "   ^----! ";
        const gate = status("  r-p|   ");
        const gateSubs = "     ^--!   ";
        const expected = "     -a---# ";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, abandoned);
        expectSubscriptions(source.subscriptions).toBe(sourceSubs);
        expectSubscriptions(gate.subscriptions).toBe(gateSubs);
      });
    });

    it("completes with the source where they complete during a pause and nothing comes to be held", () => {
      gateMarbles(({ cold, status, expectObservable }) => {
        const source = cold("-a---|");
        const gate = status("r-p|  ");
        const expected = "   -a---|";

        expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected);
      });
    });

    for (const [what, statusMarbles, marbles] of [
      ["the op runs", "     r----#", "-a-----"],
      ["values are held", " r-p--#", "-a-b---"],
      ["nothing is held", " r---p#", "-a-----"],
      ["none has come yet", "-----#", "-a-----"],
    ] as const) {
      it(`errors at once where they error while ${what}`, () => {
        gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
          const source = cold(marbles);
          const gate = status(statusMarbles, unavailable);
          const subs = "       ^----!";
          const expected = "   -a---#";

          expectObservable(source.pipe(holdWhilePaused(gate))).toBe(expected, undefined, unavailable);
          expectSubscriptions(source.subscriptions).toBe(subs);
          expectSubscriptions(gate.subscriptions).toBe(subs);
        });
      });
    }

    it("never subscribes the source where they error at once", () => {
      gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-|");

        const gated = source.pipe(holdWhilePaused(throwError(() => unavailable)));

        expectObservable(gated).toBe("#", undefined, unavailable);
        expectSubscriptions(source.subscriptions).toBe([]);
      });
    });
  });

  describe("when it is unsubscribed", () => {
    it("lets go of both, and emits nothing of what it holds", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-d-");
        const gate = status("r-p----r-");
        const subs = "       ^----!   ";
        const unsub = "      ^----!   ";
        const expected = "   -a----   ";

        expectObservable(source.pipe(holdWhilePaused(gate)), unsub).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("does not break an unsubscription chain", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-d-");
        const gate = status("r-p----r-");
        const subs = "       ^----!   ";
        const unsub = "      ^----!   ";
        const expected = "   -a----   ";

        const gated = source.pipe(
          mergeMap((value) => of(value)),
          holdWhilePaused(gate),
          mergeMap((value) => of(value)),
        );

        expectObservable(gated, unsub).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("lets go of both when a callback downstream throws", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const thrown = new Error("thrown downstream");
        const source = cold("-a-b-c---");
        const gate = status("r-p---r--");
        const subs = "       ^-----!  ";
        const expected = "   -a----#  ";

        const project = map((value: string) => {
          if (value === "b") throw thrown;
          return value;
        });

        expectObservable(source.pipe(holdWhilePaused(gate), project)).toBe(expected, undefined, thrown);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    it("lets go of both in the midst of a flush that is taken from", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-----d");
        const gate = status("r-p---r-----");
        const subs = "       ^-----!     ";
        const expected = "   -a----(b|)  ";

        expectObservable(source.pipe(holdWhilePaused(gate), take(2))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });
  });

  describe("once it has ended", () => {
    const megabyte = () => new Array<number>(125_000).fill(0.5);

    for (const [how, end] of [
      ["is terminated", ({ status$ }) => status$.next(terminated())],
      ["is unsubscribed", ({ subscription }) => subscription.unsubscribe()],
      ["has the source error", ({ source$ }) => source$.error(new Error("the source has failed"))],
    ] as const satisfies [string, (gate: Ended) => void][]) {
      it(`keeps nothing of what it held when it ${how}, though both are kept`, () => {
        const source$ = new Subject<readonly number[]>();
        const status$ = new BehaviorSubject(paused());
        const before = usedHeapMb();
        const held = record(source$.pipe(holdWhilePaused(status$)));
        for (let i = 0; i < 40; i++) source$.next(megabyte());
        expect(usedHeapMb() - before).to.be.above(35);

        end({ source$, status$, subscription: held.subscription });

        expect(usedHeapMb() - before).to.be.below(5);
        expect(held.values).to.be.empty;
      });
    }
  });

  describe("of a synchronous source", () => {
    it("holds all of it, and completes after the flush", () => {
      const status$ = new BehaviorSubject(paused());
      const gated = record(range(1, 3).pipe(holdWhilePaused(status$)));

      expect(gated.values).to.deep.equal([]);
      expect(gated.end).to.equal(undefined);
      status$.next(running());
      expect(gated.values).to.deep.equal([1, 2, 3]);
      expect(gated.end).to.equal("completed");
      expect(status$.observed).to.equal(false);
    });

    it("takes no more of an endless one than is wanted", () => {
      const { natural$, asked } = naturals();
      const status$ = new BehaviorSubject(running());
      const gated = record(natural$.pipe(holdWhilePaused(status$), take(3)));

      expect(gated.values).to.deep.equal([1, 2, 3]);
      expect(asked()).to.equal(3);
      expect(gated.end).to.equal("completed");
      expect(status$.observed).to.equal(false);
    });

    it("stops an endless one when its own value causes the terminate", () => {
      const { natural$, asked } = naturals();
      const status$ = new BehaviorSubject(running());
      const told: unknown[] = [];
      natural$.pipe(holdWhilePaused(status$)).subscribe({
        next: (value) => {
          told.push(value);
          if (value === 2) status$.next(terminated());
        },
        error: (error: unknown) => told.push(error),
      });

      expect(told).to.deep.equal([1, 2, wasTerminated]);
      expect(asked()).to.equal(2);
      expect(status$.observed).to.equal(false);
    });

    it("stops an endless one when there is no room for it any more", () => {
      const { natural$, asked } = naturals();
      const gated = natural$.pipe(holdWhilePaused(new BehaviorSubject(paused()), { limit: 10 }));

      expect(errorOf(gated, HoldOverflowError)).to.include({ limit: 10 });

      expect(asked()).to.equal(11);
    });
  });

  describe("as for order within one tick", () => {
    it("stops the flush at a new pause, and keeps the rest", () => {
      const gate = holding().pause().emit("abcd");
      gate.on("b", () => gate.pause());

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      gate.emit("e");
      expect(gate.emitted).to.equal("ab");
      gate.resume();
      expect(gate.emitted).to.equal("abcde");
    });

    it("goes on with the flush where the new pause is lifted in the same handler", () => {
      const gate = holding().pause().emit("abc");
      gate.on("a", () => gate.pause().resume());

      gate.resume();
      expect(gate.emitted).to.equal("abc");
    });

    it("queues values that arrive in mid-flush behind those that are held", () => {
      const gate = holding().pause().emit("abc");
      gate.on("a", () => gate.emit("xy")).on("x", () => gate.emit("z"));

      gate.resume();
      expect(gate.emitted).to.equal("abcxyz");
    });

    it("keeps values that arrive in mid-flush where a new pause stops it", () => {
      const gate = holding().pause().emit("ab");
      gate.on("a", () => gate.emit("x").pause().emit("y"));

      gate.resume();
      expect(gate.emitted).to.equal("a");
      gate.resume();
      expect(gate.emitted).to.equal("abxy");
    });

    it("holds what a value's handler emits after it has paused the op", () => {
      const gate = holding();
      gate.on("a", () => gate.pause().emit("b"));

      gate.emit("ac");
      expect(gate.emitted).to.equal("a");
      gate.resume();
      expect(gate.emitted).to.equal("abc");
    });

    it("passes on within a value's handler what that pauses, emits and resumes", () => {
      const gate = holding();
      gate.on("a", () => gate.pause().emit("b").resume());

      gate.emit("ac");
      expect(gate.emitted).to.equal("abc");
    });

    it("emits nothing more once a value's handler has terminated the op in mid-flush", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.emit("x").terminate());

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.deep.equal(wasTerminated);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("emits nothing more once a value's handler has unsubscribed in mid-flush", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.unsubscribe());

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.equal(undefined);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("emits nothing more once the source has errored in mid-flush", () => {
      const failed = new Error("the source has failed");
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.fail(failed));

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.equal(failed);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("emits nothing more once the statuses have errored in mid-flush", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.failStatuses(unavailable));

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.equal(unavailable);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("completes after the flush in whose midst the source completed", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.emit("x").complete());

      gate.resume();
      expect(gate.emitted).to.equal("abcx");
      expect(gate.end).to.equal("completed");
      expect(gate.isSubscribed).to.equal(false);
    });

    it("completes after the last flush where a new pause stopped the one in whose midst the source completed", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.complete());
      gate.on("a", () => gate.pause());

      gate.resume();
      expect(gate.end).to.equal(undefined);
      gate.resume();
      expect(gate.emitted).to.equal("abc");
      expect(gate.end).to.equal("completed");
    });

    it("errors where the statuses complete after a new pause has stopped the flush", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.pause().completeStatuses());

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.deep.equal(abandoned);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("goes on with the flush where the statuses complete in its midst, the op running", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.completeStatuses());

      gate.resume().emit("d");
      expect(gate.emitted).to.equal("abcd");
      expect(gate.end).to.equal(undefined);
    });

    it("takes values in too where the statuses complete in mid-flush, the op running", () => {
      const gate = holding().pause().emit("abc");
      gate.on("b", () => gate.completeStatuses().emit("x"));

      gate.resume();
      expect(gate.emitted).to.equal("abcx");
      expect(gate.end).to.equal(undefined);
    });

    it("errors once, whatever is told in the handler of the error and later", () => {
      const status$ = new Subject<OpStatus>();
      const source$ = new Subject<string>();
      const told: unknown[] = [];
      source$.pipe(holdWhilePaused(status$)).subscribe({
        next: (value) => told.push(value),
        error: (error: unknown) => {
          told.push(error);
          status$.next(running());
          source$.next("late");
        },
        complete: () => told.push("completes"),
      });

      status$.next(paused());
      source$.next("a");
      status$.next(terminated());
      status$.next(running());
      source$.complete();

      expect(told).to.deep.equal([wasTerminated]);
    });
  });

  describe("with the state of the moment at hand", () => {
    const unhandled = collectUnhandledErrors();

    it("agrees with isPaused for a value that somebody emits on being told of the pause first", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const source$ = new Subject<string>();
      control.status(OP).subscribe(({ state }) => {
        if (state === "paused") source$.next("emitted while paused");
      });
      const { values } = record(source$.pipe(holdWhilePaused(control.status(OP))));

      signals$.next(pause());
      expect(control.isPaused(OP)).to.equal(true);
      expect(values).to.deep.equal([]);
    });

    it("emits nothing that somebody emits on being told of the terminate first", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const source$ = new Subject<string>();
      control.status(OP).subscribe(({ state }) => {
        if (state === "terminated") source$.next("emitted after the terminate");
      });
      const gated = record(source$.pipe(holdWhilePaused(control.status(OP))));

      signals$.next(terminate());
      expect(gated.end).to.deep.equal(wasTerminated);
      expect(gated.values).to.deep.equal([]);
    });

    it("takes no harm from a BehaviorSubject whose error somebody is told of first and emits a value on", async () => {
      const status$ = new BehaviorSubject(running());
      const source$ = new Subject<string>();
      status$.subscribe({ error: () => source$.next("emitted on the error") });
      const gated = record(source$.pipe(holdWhilePaused(status$)));

      status$.error(unavailable);
      await setTimeout();

      expect(gated.end).to.equal(unavailable);
      expect(unhandled.errors).to.deep.equal([]);
    });
  });

  describe("where there is no room", () => {
    it("errors, lets go of both and emits nothing of what it holds", () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-d-e-");
        const subs = "       ^------!   ";
        const gate = status("r-p-------r");
        const expected = "   -a-----#   ";

        const gated = source.pipe(holdWhilePaused(gate, { limit: 2 }));

        expectObservable(gated).toBe(expected, undefined, new HoldOverflowError(2));
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });

    for (const [overflow, kept] of [
      ["error", "abc"],
      ["dropOldest", "abc"],
      ["dropNewest", "abc"],
    ] as const) {
      it(`keeps all that there is room for (${overflow})`, () => {
        const gate = holding({ limit: 3, overflow }).pause().emit("abc").resume();

        expect(gate.emitted).to.equal(kept);
        expect(gate.end).to.equal(undefined);
      });
    }

    for (const [overflow, kept] of [
      ["dropOldest", "cde"],
      ["dropNewest", "abc"],
    ] as const) {
      it(`keeps ${kept} of abcde where there is room for three (${overflow})`, () => {
        const gate = holding({ limit: 3, overflow }).pause().emit("abcde").resume();

        expect(gate.emitted).to.equal(kept);
        expect(gate.end).to.equal(undefined);
      });

      it(`has room again after a flush (${overflow})`, () => {
        const gate = holding({ limit: 3, overflow }).pause().emit("uvwxyz").resume().pause().emit("abcde").resume();

        expect(gate.emitted.slice(3)).to.equal(kept);
      });
    }

    it("has room again after a flush (error)", () => {
      const gate = holding({ limit: 2 }).pause().emit("ab").resume().pause().emit("cd").resume();

      expect(gate.emitted).to.equal("abcd");
      expect(gate.end).to.equal(undefined);
    });

    it("has the room that the flush has made for a value that arrives in its midst, and no more", () => {
      const gate = holding({ limit: 2 }).pause().emit("ab");
      gate.on("a", () => gate.emit("x")).on("b", () => gate.emit("yz"));

      gate.resume();
      expect(gate.emitted).to.equal("ab");
      expect(gate.end).to.deep.equal(new HoldOverflowError(2));
      expect(gate.isSubscribed).to.equal(false);
    });

    it("holds 1,024 values where no limit is given", () => {
      const status$ = new BehaviorSubject(paused());
      const source$ = new Subject<number>();
      const gated = record(source$.pipe(holdWhilePaused(status$)));

      for (let value = 0; value < 1_024; value++) source$.next(value);
      expect(gated.end).to.equal(undefined);
      source$.next(1_024);
      expect(gated.end).to.be.instanceOf(HoldOverflowError).and.to.include({ limit: 1_024 });
    });

    it("does not count what passes while the op runs", () => {
      const gate = holding({ limit: 1 }).resume().emit("abcdef").pause().emit("g");

      expect(gate.end).to.equal(undefined);
    });
  });

  it("serves two sources with one operator value, each with a hold of its own", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const gate = status("    p----r---  ");
      const sourceA = cold("  -a-b-----| ");
      const subsA = "         ^--------! ";
      const expectedA = "     -----(ab)| ";
      const sourceB = cold("  --x-y|     ");
      const subsB = "         ^----!     ";
      const expectedB = "     -----(xy|) ";

      const hold = holdWhilePaused<string>(gate, { limit: 2 });

      expectObservable(sourceA.pipe(hold)).toBe(expectedA);
      expectObservable(sourceB.pipe(hold)).toBe(expectedB);
      expectSubscriptions(sourceA.subscriptions).toBe(subsA);
      expectSubscriptions(sourceB.subscriptions).toBe(subsB);
      expectSubscriptions(gate.subscriptions).toBe(["^--------!", "^----!"]);
    });
  });

  it("serves two subscribers of one pipeline, each from their own moment on", () => {
    const status$ = new BehaviorSubject(paused());
    const source$ = new Subject<string>();
    const gated$ = source$.pipe(holdWhilePaused(status$));

    const early = record(gated$);
    source$.next("a");
    const late = record(gated$);
    source$.next("b");
    early.subscription.unsubscribe();
    status$.next(running());

    expect(early.values).to.deep.equal([]);
    expect(late.values).to.deep.equal(["b"]);
  });

  describe("with a subscriber that throws", () => {
    const unhandled = collectUnhandledErrors();

    it("reports it and goes on with the flush", async () => {
      const status$ = new BehaviorSubject(paused());
      const told: number[] = [];
      range(1, 3)
        .pipe(holdWhilePaused(status$))
        .subscribe((value) => {
          told.push(value);
          if (value === 2) throw new Error("thrown by the subscriber");
        });

      status$.next(running());
      await unhandled.reported(1);

      expect(told).to.deep.equal([1, 2, 3]);
      expect(unhandled.errors).to.have.lengthOf(1);
    });

    for (const [when, beforehand, afterwards] of [
      ["before", "abc", ""],
      ["after", "ab", "c"],
    ] as const) {
      it(`never falls silent, even where it throws past RxJS in mid-flush (the source completes ${when})`, async () => {
        const status$ = new BehaviorSubject(paused());
        const source$ = new Subject<string>();
        let told = "";
        const gated = record(
          new Observable<string>((subscriber) => {
            subscriber.next = (value) => {
              told += value;
              throw new Error("thrown past RxJS");
            };
            return source$.pipe(holdWhilePaused(status$)).subscribe(subscriber);
          }),
        );

        for (const value of beforehand) source$.next(value);
        if (when === "before") source$.complete();
        status$.next(running());
        for (const value of afterwards) source$.next(value);
        source$.complete();

        if (gated.end === "completed") {
          expect(told).to.equal("abc");
          await unhandled.reported(1);
        } else expect(gated.end).to.be.instanceOf(Error);
        expect(status$.observed || source$.observed).to.equal(false);
      });
    }
  });

  describe("for a great many values", () => {
    it("flushes a million, in their order and in linear time", () => {
      const flush = (count: number) => {
        const status$ = new BehaviorSubject(paused());
        let told = 0;
        range(0, count)
          .pipe(holdWhilePaused(status$, { limit: count }))
          .subscribe((value) => {
            if (value === told) told++;
          });
        return () => {
          status$.next(running());
          expect(told).to.equal(count);
        };
      };

      expect(timesSlower(100_000, 1_000_000, flush)).to.be.below(25);
    });

    it("drops the oldest of a million in linear time", () => {
      const drop = (count: number) => () => {
        const hold = holdWhilePaused<number>(new BehaviorSubject(paused()), {
          limit: count / 10,
          overflow: "dropOldest",
        });
        range(0, count).pipe(hold).subscribe();
      };

      expect(timesSlower(100_000, 1_000_000, drop)).to.be.below(25);
    });

    it("does not grow the stack, neither with the flush nor with what arrives in its midst", () => {
      const status$ = new BehaviorSubject(paused());
      const source$ = new Subject<number>();
      const depths: number[] = [];
      source$.pipe(holdWhilePaused(status$, { limit: 2 })).subscribe((value) => {
        if (value % 50_000 === 0) depths.push(stackDepth());
        if (value < 100_000) source$.next(value + 1);
      });

      source$.next(0);
      status$.next(running());

      expect(depths).to.have.lengthOf(3);
      expect(new Set(depths)).to.have.property("size", 1);
    });
  });

  for (const [what, options, name] of [
    ["a limit of 0", { limit: 0 }, "limit"],
    ["an endless limit", { limit: Infinity }, "limit"],
    ["an overflow of another name", { overflow: "drop" }, "overflow"],
    ["options that are none", null, "options"],
  ] as const) {
    it(`throws a TypeError at once, by name, for ${what}`, () => {
      expect(() => holdWhilePaused(NEVER, options as never)).to.throw(TypeError, new RegExp(`^${name} must be`));
    });
  }
});

function stackDepth(): number {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = Infinity;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = before;
  return stack.split("\n").length;
}
