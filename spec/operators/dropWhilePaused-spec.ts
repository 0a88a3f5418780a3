import { expect } from "chai";
import { BehaviorSubject, EMPTY, map, mergeMap, NEVER, Observable, of, range, Subject, take, throwError } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { dropWhilePaused } from "../../lib/operators/dropWhilePaused.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { Gate } from "../helpers/Gate.js";
import { gateMarbles } from "../helpers/gateMarbles.js";
import { naturals } from "../helpers/naturals.js";
import { OP, pause, paused, resume, running, terminate, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const wasTerminated = new OpTerminatedError(OP, "op");
const unavailable = new OpControlUnavailableError("the channel has failed");

const dropping = () => new Gate((status$) => dropWhilePaused(status$));

describe("dropWhilePaused", () => {
  it("passes values on while the op runs and drops those that come while it is paused", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-b-c-d-e-f-g-|");
      const subs = "       ^--------------!";
      const gate = status("r-p---r---p---r-");
      const expected = "   -a-----d-e-----|";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(gate.subscriptions).toBe(subs);
    });
  });

  it("drops from the first value on where the first status is a pause", () => {
    gateMarbles(({ cold, status, expectObservable }) => {
      const source = cold("a-b-c-d-|");
      const gate = status("p----r---");
      const expected = "   ------d-|";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
    });
  });

  it("goes on dropping when it is told of the pause again, by whomever", () => {
    gateMarbles(({ cold, hot, expectObservable }) => {
      const source = cold("-a-b-c-d-|");
      const gate = hot("   p-f-p-r--", { p: paused(), f: paused(OP, "fleet"), r: running() });
      const expected = "   -------d-|";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
    });
  });

  it("stays silent with a source that never emits", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const source = cold("------");
      const gate = status("r-p-r-");
      const subs = "       ^-----";
      const expected = "   ------";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(gate.subscriptions).toBe(subs);
    });
  });

  for (const [what, marbles, subs, expectedPaused] of [
    ["is empty", "      |", "      (^!)", "   |"],
    ["has one value", " --(a|)", " ^-!", "    --|"],
    ["has many", "      -a-b-c-|", "^------!", "-------|"],
  ] as const) {
    it(`completes at once with a source that ${what}, whether the op runs or is paused`, () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const [source, pausedSource] = [cold(marbles), cold(marbles)];
        const [gate, pausedGate] = [status("r-----------"), status("p-----------")];

        expectObservable(source.pipe(dropWhilePaused(gate))).toBe(marbles);
        expectObservable(pausedSource.pipe(dropWhilePaused(pausedGate))).toBe(expectedPaused);
        for (const { subscriptions } of [source, pausedSource, gate, pausedGate]) {
          expectSubscriptions(subscriptions).toBe(subs);
        }
      });
    });
  }

  it("passes the error of the source on at once, also while the op is paused", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-b-#  ");
      const subs = "       ^----!  ";
      const gate = status("r-p----r");
      const expected = "   -a---#  ";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(gate.subscriptions).toBe(subs);
    });
  });

  for (const [state, marbles] of [
    ["running", "r---t---"],
    ["paused", " r-p-t-r-"],
  ] as const) {
    it(`errors when a ${state} op is terminated, and lets go of both in the same tick`, () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a---b-c");
        const subs = "       ^---!   ";
        const gate = status(marbles);
        const expected = "   -a--#   ";

        expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected, undefined, wasTerminated);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });
  }

  it("never subscribes the source of an op that is terminated already", () => {
    gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-|");

      const gated = source.pipe(dropWhilePaused(of(terminated())));

      expectObservable(gated).toBe("#", undefined, wasTerminated);
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it("has the error name the op and the scope", () => {
    for (const scope of ["op", "agent", "fleet"] as const) {
      const gated = of("a").pipe(dropWhilePaused(of(terminated("some:op", scope))));
      expect(errorOf(gated, OpTerminatedError)).to.include({ opId: "some:op", scope });
    }
  });

  for (const [what, statusMarbles, expectedMarbles] of [
    ["running", "                            r---|   ", "-a-b-c-|"],
    ["paused", "                             r-p-|   ", "-a-----|"],
    ["paused, though it was resumed before", "p-r-p-|-", "---b---|"],
  ] as const) {
    it(`goes by the last status when the statuses complete (${what})`, () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a-b-c-|");
        const subs = "       ^------!";

        expectObservable(source.pipe(dropWhilePaused(status(statusMarbles)))).toBe(expectedMarbles);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });
  }

  it("counts an op that has no status yet, or never any, as running", () => {
    gateMarbles(({ cold, status, expectObservable }) => {
      const source = cold("-a-b-c-|");
      const gate = status("--p-r---");
      const expected = "   -a---c-|";
      const always = "     -a-b-c-|";

      expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected);
      expectObservable(source.pipe(dropWhilePaused(NEVER))).toBe(always);
      expectObservable(source.pipe(dropWhilePaused(EMPTY))).toBe(always);
    });
  });

  for (const [state, marbles] of [
    ["runs", "     r----#"],
    ["is paused", "r-p--#"],
  ] as const) {
    it(`errors at once when the statuses do while the op ${state}`, () => {
      gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
        const source = cold("-a----b");
        const subs = "       ^----! ";
        const gate = status(marbles, unavailable);
        const expected = "   -a---# ";

        expectObservable(source.pipe(dropWhilePaused(gate))).toBe(expected, undefined, unavailable);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(gate.subscriptions).toBe(subs);
      });
    });
  }

  it("never subscribes the source when the statuses error at once", () => {
    gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-|");

      const gated = source.pipe(dropWhilePaused(throwError(() => unavailable)));

      expectObservable(gated).toBe("#", undefined, unavailable);
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it("lets go of both when it is unsubscribed early, in the midst of a chain too", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-b-c-d");
      const gate = status("r-p---r-");
      const subs = "       ^----!  ";
      const unsub = "      ^----!  ";
      const expected = "   -a----  ";

      const gated = source.pipe(
        mergeMap((value) => of(value)),
        dropWhilePaused(gate),
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
      const source = cold("-a-b-c-");
      const gate = status("p-r----");
      const subs = "       ^--!   ";
      const expected = "   ---#   ";

      const project = map((): never => {
        throw thrown;
      });

      expectObservable(source.pipe(dropWhilePaused(gate), project)).toBe(expected, undefined, thrown);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(gate.subscriptions).toBe(subs);
    });
  });

  it("drops all of a synchronous source while the op is paused, and completes with it", () => {
    const status$ = new BehaviorSubject(paused());
    const gated = record(range(1, 3).pipe(dropWhilePaused(status$)));

    expect(gated.values).to.deep.equal([]);
    expect(gated.end).to.equal("completed");
    expect(status$.observed).to.equal(false);
  });

  it("takes no more of an endless synchronous source than is wanted", () => {
    const { natural$, asked } = naturals();
    const status$ = new BehaviorSubject(running());
    const gated = record(natural$.pipe(dropWhilePaused(status$), take(3)));

    expect(gated.values).to.deep.equal([1, 2, 3]);
    expect(asked()).to.equal(3);
    expect(gated.end).to.equal("completed");
    expect(status$.observed).to.equal(false);
  });

  it("stops an endless synchronous source when its own value causes the terminate", () => {
    const { natural$, asked } = naturals();
    const status$ = new BehaviorSubject(running());
    const told: unknown[] = [];
    natural$.pipe(dropWhilePaused(status$)).subscribe({
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

  describe("as for order within one tick", () => {
    it("drops what comes after a pause that a value's handler causes", () => {
      const gate = dropping();
      gate.on("a", () => gate.pause().emit("b"));

      gate.emit("ac").resume().emit("d");
      expect(gate.emitted).to.equal("ad");
    });

    it("passes what comes after a resume that a value's handler causes", () => {
      const gate = dropping();
      gate.on("a", () => gate.pause().emit("b").resume().emit("c"));

      gate.emit("ad");
      expect(gate.emitted).to.equal("acd");
    });

    it("emits nothing more once a value's handler has terminated the op", () => {
      const gate = dropping();
      gate.on("a", () => gate.terminate().emit("b"));

      gate.emit("ac");
      expect(gate.emitted).to.equal("a");
      expect(gate.end).to.deep.equal(wasTerminated);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("emits nothing more once a value's handler has unsubscribed", () => {
      const gate = dropping();
      gate.on("a", () => gate.unsubscribe());

      gate.emit("ab");
      expect(gate.emitted).to.equal("a");
      expect(gate.end).to.equal(undefined);
      expect(gate.isSubscribed).to.equal(false);
    });

    it("completes with a source that a value's handler completes", () => {
      const gate = dropping();
      gate.on("a", () => gate.pause().complete());

      gate.emit("a");
      expect(gate.end).to.equal("completed");
      expect(gate.isSubscribed).to.equal(false);
    });
  });

  describe("with the state of the moment at hand", () => {
    /** A gate behind somebody who is told of each status before it, and emits a value on it. */
    function behindAnother() {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const source$ = new Subject<string>();
      control.status(OP).subscribe(({ state }) => source$.next(state));
      const gated = record(source$.pipe(dropWhilePaused(control.status(OP))));
      return { gated, signal: (signal: OpControlMessage) => signals$.next(signal) };
    }

    it("drops what somebody emits on being told of the pause first, and passes what one emits on the resume", () => {
      const { gated, signal } = behindAnother();

      signal(pause());
      expect(gated.values).to.deep.equal([]);
      signal(resume());
      expect(gated.values).to.deep.equal(["running"]);
    });

    it("emits nothing that somebody emits on being told of the terminate first", () => {
      const { gated, signal } = behindAnother();

      signal(terminate());
      expect(gated.values).to.deep.equal([]);
      expect(gated.end).to.deep.equal(wasTerminated);
    });
  });

  it("serves two sources with one operator value, each with a subscription to the statuses of its own", () => {
    gateMarbles(({ cold, status, expectObservable, expectSubscriptions }) => {
      const gate = status("    r-p---r-");
      const sourceA = cold("  -a-b-c-d|");
      const subsA = "         ^-------!";
      const expectedA = "     -a-----d|";
      const sourceB = cold("  --x-y|   ");
      const subsB = "         ^----!   ";
      const expectedB = "     -----|   ";

      const drop = dropWhilePaused<string>(gate);

      expectObservable(sourceA.pipe(drop)).toBe(expectedA);
      expectObservable(sourceB.pipe(drop)).toBe(expectedB);
      expectSubscriptions(sourceA.subscriptions).toBe(subsA);
      expectSubscriptions(sourceB.subscriptions).toBe(subsB);
      expectSubscriptions(gate.subscriptions).toBe([subsA, subsB]);
    });
  });

  it("serves two subscribers of one pipeline, each from their own status on", () => {
    const statuses = [new BehaviorSubject(running()), new BehaviorSubject(paused())];
    let next = 0;
    const status$ = new Observable<ReturnType<typeof running>>((subscriber) => statuses[next++]!.subscribe(subscriber));
    const source$ = new Subject<string>();
    const gated$ = source$.pipe(dropWhilePaused(status$));

    const [first, second] = [record(gated$), record(gated$)];
    source$.next("a");

    expect(first.values).to.deep.equal(["a"]);
    expect(second.values).to.deep.equal([]);
  });
});
