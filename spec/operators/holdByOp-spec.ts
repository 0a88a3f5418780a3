import { expect } from "chai";
import {
  BehaviorSubject,
  EMPTY,
  map,
  mergeMap,
  NEVER,
  Observable,
  of,
  range,
  startWith,
  Subject,
  take,
  throwError,
} from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import { HoldOverflowError, OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import type { HoldByOpOptions } from "../../lib/operators/HoldByOpOptions.js";
import type { StatusLookup } from "../../lib/operators/Lanes.js";
import type { OpControlMessage, OpStatus } from "../../lib/opStatus.js";
import { FakeControl } from "../helpers/FakeControl.js";
import { gateMarbles } from "../helpers/gateMarbles.js";
import { usedHeapMb } from "../helpers/measure.js";
import { naturals } from "../helpers/naturals.js";
import { AGENT, FLEET, pause, paused, resume, running, terminate, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";
import { timesSlower } from "../helpers/timesSlower.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

/** The ops of these specs; each is named by the values that are its. */
const ABC = "op:abc";
const XYZ = "op:xyz";
const opIdOf = (value: string): string => (value < "m" ? ABC : XYZ);

/** Signals as marbles: in capitals to ABC, in small letters to XYZ, and to the fleet. */
const signals: Readonly<Record<string, OpControlMessage>> = {
  ...{ P: pause(ABC), R: resume(ABC), T: terminate(ABC) },
  ...{ p: pause(XYZ), r: resume(XYZ), t: terminate(XYZ) },
  ...{ F: pause(FLEET), f: resume(FLEET), K: terminate(FLEET) },
};
const controlOf = ({ hot }: RunHelpers, marbles: string, error?: unknown) =>
  OpControlSubscriber.from(hot(marbles, signals, error));

const abcTerminated = new OpTerminatedError(ABC, "op");
const unavailable = new OpControlUnavailableError("the channel has failed");
const abandoned = new OpControlUnavailableError("the status stream completed while values were held by a pause");

/** A pipeline with a control that the spec plays, for what is about the order within one tick. */
class Play {
  readonly control = new FakeControl();
  readonly dropped: [value: string, error: OpTerminatedError][] = [];
  emitted = "";
  end: unknown;
  readonly #source = new Subject<string>();
  readonly #handlers = new Map<string, () => void>();
  readonly #subscription;

  constructor(options: HoldByOpOptions<string> = {}, control?: StatusLookup) {
    const onDrop = (value: string, error: OpTerminatedError) => {
      this.dropped.push([value, error]);
      this.#handlers.get(value)?.();
    };
    const held$ = this.#source.pipe(holdByOp(control ?? this.control, opIdOf, { onDrop, ...options }));
    this.#subscription = held$.subscribe({
      next: (value) => {
        this.emitted += value;
        this.#handlers.get(value)?.();
      },
      error: (error: unknown) => {
        this.end = error;
      },
      complete: () => {
        this.end = "completed";
      },
    });
  }

  /** What the handler of that value does, be it emitted or dropped. */
  on(value: string, handler: () => void): this {
    this.#handlers.set(value, handler);
    return this;
  }

  emit(values: string): this {
    for (const value of values) this.#source.next(value);
    return this;
  }

  complete(): void {
    this.#source.complete();
  }

  fail(error: Error): void {
    this.#source.error(error);
  }

  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }

  /** Nobody is subscribed to anything any more. */
  expectNothingLeft(): void {
    expect(this.control.watched).to.deep.equal([]);
    expect(this.#source.observed).to.equal(false);
  }
}

describe("holdByOp", () => {
  describe("of ops that run", () => {
    it("passes every value on as it comes", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("                 -a-x-(by)--c-|");
        const subs = "                        ^------------!";
        const control = controlOf(helpers, "  --r-----R-----");
        const expected = "                    -a-x-(by)--c-|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("stays silent with a source that never emits", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               ------");
        const subs = "                      ^-----";
        const control = controlOf(helpers, "P-p-R-");
        const expected = "                  ------";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    for (const [what, marbles, subs] of [
      ["is empty", "|", "(^!)"],
      ["has one value", "--(a|)", "^-!"],
      ["has many", "-a-x-b-|", "^------!"],
    ] as const) {
      it(`completes at once with a source that ${what}`, () => {
        gateMarbles((helpers) => {
          const { cold, expectObservable, expectSubscriptions } = helpers;
          const source = cold(marbles);
          const control = controlOf(helpers, "-");

          expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(marbles);
          expectSubscriptions(source.subscriptions).toBe(subs);
        });
      });
    }
  });

  describe("of ops that are paused", () => {
    it("holds the values of a paused op, and passes on those of the others", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-b-y-c-----z-|");
        const subs = "                      ^----------------!";
        const control = controlOf(helpers, "--P-------R-------");
        const expected = "                  -a-x---y--(bc)-z-|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("flushes each op when it is resumed itself, whichever was paused first", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const source = cold("               -a-x-b-y-----------|");
        const control = controlOf(helpers, "P-p------r-----R----");
        const expected = "                  ---------(xy)--(ab)|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
      });
    });

    it("holds over as many pauses as there are, and nothing twice", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const source = cold("               -a-b-c-d-e-f-g-|");
        const control = controlOf(helpers, "P-R-P-R-P-R-P-R-");
        const expected = "                  --ab--cd--ef--g|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
      });
    });

    it("has the completion of the source wait until nothing is held of any op", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-|        ");
        const subs = "                      ^----!        ";
        const control = controlOf(helpers, "(Pp)---r----R ");
        const expected = "                  -------x----(a|)";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("completes at once with a source that has nothing to hold", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const control = controlOf(helpers, "(Pp)--------R");

        expectObservable(cold("---|").pipe(holdByOp(control, opIdOf))).toBe("---|");
        expectObservable(cold("|").pipe(holdByOp(control, opIdOf))).toBe("|");
      });
    });

    it("passes the error of the source on at once, and nothing of what it holds", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-#  ");
        const subs = "                      ^----!  ";
        const control = controlOf(helpers, "P------R");
        const expected = "                  ---x-#  ";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("holds every op's while the fleet is paused, and flushes all of them when it is resumed", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const source$ = new Subject<[op: number, value: number]>();
      const held = record(source$.pipe(holdByOp(control, ([op]) => `op:${op}`)));
      const emitTo = (ops: number, value: number) => {
        for (let op = 0; op < ops; op++) source$.next([op, value]);
      };

      emitTo(100, 0);
      signals$.next(pause(FLEET));
      emitTo(100, 1);
      signals$.next(pause("op:7"));
      emitTo(100, 2);
      expect(held.values).to.have.lengthOf(100);

      signals$.next(resume(FLEET));
      emitTo(100, 3);
      expect(held.values).to.have.lengthOf(100 + 99 * 3);

      signals$.next(resume("op:7"));
      source$.complete();
      expect(held.end).to.equal("completed");
      for (let op = 0; op < 100; op++) {
        const values = held.values.filter((value) => value[0] === op).map((value) => value[1]);
        expect(values, `op:${op}`).to.deep.equal([0, 1, 2, 3]);
      }
      expect(held.values.slice(-3)).to.deep.equal([
        [7, 1],
        [7, 2],
        [7, 3],
      ]);
    });
  });

  describe("when an op is terminated", () => {
    it("drops its values, held and later, and goes on with the others", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-b-x-c-y-d-z-|");
        const subs = "                      ^--------------!";
        const control = controlOf(helpers, "--P---T---R-----");
        const expected = "                  -a---x---y---z-|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("completes at once where the dropped values were all that a completed source waited for", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const source = cold("               -a-b|  ");
        const control = controlOf(helpers, "P-----T");
        const expected = "                  ------|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
      });
    });

    it("completes with a source whose values were all dropped", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const source = cold("               -a-b-|");
        const control = controlOf(helpers, "T-----");
        const expected = "                  -----|";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected);
      });
    });

    for (const [scope, id] of [
      ["op", ABC],
      ["agent", AGENT],
      ["fleet", FLEET],
    ] as const) {
      it(`tells onDrop of each value, held and later, with the op and the scope (${scope})`, () => {
        const signals$ = new Subject<OpControlMessage>();
        const play = new Play({}, OpControlSubscriber.from(signals$));

        signals$.next(pause(ABC));
        play.emit("ab");
        expect(play.dropped).to.deep.equal([]);
        signals$.next(terminate(id));
        play.emit("c");

        expect(play.dropped.map(([value]) => value)).to.deep.equal(["a", "b", "c"]);
        for (const [, error] of play.dropped) {
          expect(error).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: ABC, scope });
        }
        expect(play.emitted).to.equal("");
        expect(play.end).to.equal(undefined);
      });
    }

    it("has room again for what was dropped", () => {
      const play = new Play({ totalLimit: 2 });

      play.control.pause(ABC, XYZ);
      play.emit("ab");
      play.control.terminate(ABC);
      play.emit("xy");
      play.control.resume(XYZ);

      expect(play.emitted).to.equal("xy");
    });

    it("errors where that is wanted, and drops what it holds of any op without a word to onDrop", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-b-y-");
        const subs = "                      ^-----!  ";
        const control = controlOf(helpers, "(Pp)--T-r");
        const expected = "                  ------#  ";
        const onDrop = () => {
          throw new Error("told of a value that the error tells of");
        };

        const held = source.pipe(holdByOp(control, opIdOf, { onTerminated: "error", onDrop }));

        expectObservable(held).toBe(expected, undefined, abcTerminated);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("errors with the first value of an op that was terminated long ago, where that is wanted", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -x---a-y");
        const subs = "                      ^----! ";
        const control = controlOf(helpers, "T-------");
        const expected = "                  -x---# ";

        const held = source.pipe(holdByOp(control, opIdOf, { onTerminated: "error" }));

        expectObservable(held).toBe(expected, undefined, abcTerminated);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("goes on where an op is terminated that nothing comes of, though errors are wanted", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable } = helpers;
        const source = cold("               -x---y-|");
        const control = controlOf(helpers, "---T----");
        const expected = "                  -x---y-|";

        expectObservable(source.pipe(holdByOp(control, opIdOf, { onTerminated: "error" }))).toBe(expected);
      });
    });

    it("lets go of everything when onDrop throws, and errors with what it threw", () => {
      const thrown = new Error("thrown by onDrop");
      for (const held of ["ab", ""]) {
        const onDrop = () => {
          throw thrown;
        };
        const play = new Play({ onDrop });

        play.control.pause(ABC, XYZ);
        play.emit("x").emit(held);
        play.control.terminate(ABC);
        play.emit("c");
        play.control.resume(XYZ);

        expect(play.end, `with "${held}" held`).to.equal(thrown);
        expect(play.emitted).to.equal("");
        play.expectNothingLeft();
      }
    });
  });

  describe("when the statuses end", () => {
    it("errors at once when the channel fails while values are held", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const cause = new Error("the bus is gone");
        const source = cold("               -a-x-y-");
        const subs = "                      ^---!  ";
        const control = controlOf(helpers, "P---#  ", cause);
        const expected = "                  ---x#  ";
        const failed = new OpControlUnavailableError("the channel has failed: the bus is gone", { cause });

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected, undefined, failed);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("errors with the next value, of whichever op, when the channel has failed with nothing held", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const cause = new Error("the bus is gone");
        const source = cold("               -x-----y-");
        const subs = "                      ^------! ";
        const control = controlOf(helpers, "P---#    ", cause);
        const expected = "                  -x-----# ";
        const failed = new OpControlUnavailableError("the channel has failed: the bus is gone", { cause });

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected, undefined, failed);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("errors on a failed channel though only terminates are wanted to drop", () => {
      const play = new Play({ onTerminated: "drop" });

      play.control.pause(ABC);
      play.emit("a");
      play.control.fail(ABC, unavailable);

      expect(play.end).to.equal(unavailable);
      expect(play.dropped).to.deep.equal([]);
      play.expectNothingLeft();
    });

    it("still drops the values of a terminated op after the channel has failed", () => {
      const signals$ = new Subject<OpControlMessage>();
      const play = new Play({}, OpControlSubscriber.from(signals$));

      signals$.next(terminate(ABC));
      signals$.error(new Error("the bus is gone"));
      play.emit("a");

      expect(play.dropped).to.have.lengthOf(1);
      expect(play.end).to.equal(undefined);
    });

    it("errors at once when the control is closed while values are held", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-y-");
        const subs = "                      ^---!  ";
        const control = controlOf(helpers, "P---|  ");
        const expected = "                  ---x#  ";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected, undefined, abandoned);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("goes by the last status of each op when the control is closed with nothing held", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("                 -x---y-a-z-");
        const subs = "                        ^------!   ";
        const control = controlOf(helpers, "  P-|        ");
        const expected = "                    -x---y-#   ";
        const running = cold("                -x---y-z-| ");
        const expectedRunning = "             -x---y-z-| ";

        expectObservable(source.pipe(holdByOp(control, opIdOf))).toBe(expected, undefined, abandoned);
        expectObservable(running.pipe(holdByOp(control, opIdOf))).toBe(expectedRunning);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    for (const [what, status$] of [
      ["have not come yet", NEVER],
      ["complete without any", EMPTY],
    ] as const) {
      it(`counts an op whose statuses ${what} as running`, () => {
        const play = new Play({}, { status: () => status$ });

        play.emit("axb").complete();

        expect(play.emitted).to.equal("axb");
        expect(play.end).to.equal("completed");
      });
    }

    it("goes by the last of the statuses that come on being subscribed", () => {
      const status$ = new BehaviorSubject(paused(ABC));
      const play = new Play({}, { status: () => status$.pipe(startWith(running(ABC))) });

      play.emit("ab");
      expect(play.emitted).to.equal("");
      status$.next(running(ABC));
      expect(play.emitted).to.equal("ab");
      expect(status$.observed).to.equal(false);
      play.complete();
      expect(play.end).to.equal("completed");
    });

    it("errors when a status stream errors on being subscribed", () => {
      const held = record(of("a", "b").pipe(holdByOp({ status: () => throwError(() => unavailable) }, opIdOf)));

      expect(held.values).to.deep.equal([]);
      expect(held.end).to.equal(unavailable);
    });

    it("errors when the control throws on being asked for a status", () => {
      const thrown = new Error("thrown by the control");
      const control: StatusLookup = {
        status: () => {
          throw thrown;
        },
      };

      expect(record(of("a").pipe(holdByOp(control, opIdOf))).end).to.equal(thrown);
    });
  });

  describe("whose opIdOf", () => {
    it("throws errors with what it threw, and lets go of everything", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const thrown = new Error("thrown by opIdOf");
        const source = cold("               -a-x-?-y-");
        const subs = "                      ^----!   ";
        const control = controlOf(helpers, "P--------");
        const expected = "                  ---x-#   ";
        const opIdOrThrow = (value: string) => {
          if (value === "?") throw thrown;
          return opIdOf(value);
        };

        expectObservable(source.pipe(holdByOp(control, opIdOrThrow))).toBe(expected, undefined, thrown);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    for (const opId of [undefined, null, 7, {}]) {
      it(`returns ${JSON.stringify(opId)} errors with a TypeError`, () => {
        const control = OpControlSubscriber.from(NEVER);
        const held = of("a").pipe(holdByOp(control, () => opId as never));

        expect(errorOf(held, TypeError).message).to.equal(
          "opIdOf must be a function that returns a string, the id of an op",
        );
        control.close();
      });
    }

    it("names an op that no signal was ever seen for lets its values pass", () => {
      const control = OpControlSubscriber.from(NEVER);
      const held = record(of("", "__proto__", ":").pipe(holdByOp(control, (value) => value)));

      expect(held.values).to.deep.equal(["", "__proto__", ":"]);
      control.close();
    });

    it("is asked once for each value", () => {
      const control = new FakeControl();
      const asked: string[] = [];
      const source$ = new Subject<string>();
      const countingOpIdOf = (value: string) => {
        asked.push(value);
        return opIdOf(value);
      };
      source$.pipe(holdByOp(control, countingOpIdOf)).subscribe();

      control.pause(ABC);
      for (const value of "axby") source$.next(value);
      control.resume(ABC);
      expect(asked.join("")).to.equal("axby");
    });
  });

  describe("when it is unsubscribed", () => {
    it("lets go of everything, and emits nothing of what it holds", () => {
      const play = new Play();

      play.control.pause(ABC, XYZ);
      play.emit("axb");
      expect(play.control.watched).to.have.members([ABC, XYZ]);
      play.unsubscribe();
      play.expectNothingLeft();
      play.control.resume(ABC, XYZ);
      expect(play.emitted).to.equal("");
    });

    it("does not break an unsubscription chain", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -x-a-y-z");
        const subs = "                      ^----!  ";
        const unsub = "                     ^----!  ";
        const control = controlOf(helpers, "P-----R-");
        const expected = "                  -x---   ";

        const held = source.pipe(
          mergeMap((value) => of(value)),
          holdByOp(control, opIdOf),
          mergeMap((value) => of(value)),
        );

        expectObservable(held, unsub).toBe(expected);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("lets go of everything when a callback downstream throws in the midst of a flush", () => {
      const control = new FakeControl();
      const source$ = new Subject<string>();
      const thrown = new Error("thrown downstream");
      const project = map((value: string) => {
        if (value === "b") throw thrown;
        return value;
      });
      const held = record(source$.pipe(holdByOp(control, opIdOf), project));

      control.pause(ABC, XYZ);
      for (const value of "abcx") source$.next(value);
      control.resume(ABC);

      expect(held.values).to.deep.equal(["a"]);
      expect(held.end).to.equal(thrown);
      expect(control.watched).to.deep.equal([]);
      expect(source$.observed).to.equal(false);
    });

    it("lets go of everything in the midst of a flush that is taken from", () => {
      const control = new FakeControl();
      const source$ = new Subject<string>();
      const held = record(source$.pipe(holdByOp(control, opIdOf), take(2)));

      control.pause(ABC, XYZ);
      for (const value of "abcx") source$.next(value);
      control.resume(ABC);

      expect(held.values).to.deep.equal(["a", "b"]);
      expect(held.end).to.equal("completed");
      expect(control.watched).to.deep.equal([]);
      expect(source$.observed).to.equal(false);
    });
  });

  describe("of a synchronous source", () => {
    it("holds what is to be held, and completes after the flush", () => {
      const control = new FakeControl();
      control.pause(ABC);
      const held = record(of("a", "x", "b", "y").pipe(holdByOp(control, opIdOf)));

      expect(held.values).to.deep.equal(["x", "y"]);
      expect(held.end).to.equal(undefined);
      control.resume(ABC);
      expect(held.values).to.deep.equal(["x", "y", "a", "b"]);
      expect(held.end).to.equal("completed");
    });

    it("takes no more of an endless one than is wanted", () => {
      const { natural$, asked } = naturals();
      const control = new FakeControl();
      const held = record(
        natural$.pipe(
          holdByOp(control, (value) => `op:${value % 2}`),
          take(3),
        ),
      );

      expect(held.values).to.deep.equal([1, 2, 3]);
      expect(asked()).to.equal(3);
      expect(held.end).to.equal("completed");
      expect(control.watched).to.deep.equal([]);
    });

    it("stops an endless one when its own value causes a terminate that is to be an error", () => {
      const { natural$, asked } = naturals();
      const control = new FakeControl();
      const told: unknown[] = [];
      natural$.pipe(holdByOp(control, () => ABC, { onTerminated: "error" })).subscribe({
        next: (value) => {
          told.push(value);
          if (value === 2) control.terminate(ABC);
        },
        error: (error: unknown) => told.push(error),
      });

      expect(told).to.deep.equal([1, 2, abcTerminated]);
      expect(asked()).to.be.at.most(3);
      expect(control.watched).to.deep.equal([]);
    });

    it("stops an endless one when there is no room for it any more", () => {
      const { natural$, asked } = naturals();
      const control = new FakeControl();
      control.pause(ABC);

      const error = errorOf(natural$.pipe(holdByOp(control, () => ABC, { limit: 10 })), HoldOverflowError);
      expect(error).to.include({ limit: 10 });
      expect(asked()).to.equal(11);
      expect(control.watched).to.deep.equal([]);
    });
  });

  describe("as for order within one tick", () => {
    it("stops the flush of an op at a new pause, and keeps the rest", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("abc").on("b", () => play.control.pause(ABC));

      play.control.resume(ABC);
      play.emit("dx");
      expect(play.emitted).to.equal("abx");
      play.control.resume(ABC);
      expect(play.emitted).to.equal("abxcd");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("queues values that arrive in mid-flush behind those of their op, and passes those of others on at once", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("abc").on("a", () => play.emit("dx"));

      play.control.resume(ABC);
      expect(play.emitted).to.equal("axbcd");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("holds what a value's handler emits after it has paused the op", () => {
      const play = new Play();
      play.on("a", () => {
        play.control.pause(ABC);
        play.emit("b");
      });

      play.emit("acx");
      expect(play.emitted).to.equal("ax");
      play.control.resume(ABC);
      expect(play.emitted).to.equal("axbc");
    });

    it("passes on within a value's handler what that pauses, emits and resumes", () => {
      const play = new Play();
      play.on("a", () => {
        play.control.pause(ABC);
        play.emit("b");
        play.control.resume(ABC);
      });

      play.emit("ac");
      expect(play.emitted).to.equal("abc");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("drops the rest of a flush in whose midst the op is terminated, and tells onDrop of it", () => {
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("abcx").on("b", () => {
        play.emit("d");
        play.control.terminate(ABC);
        play.emit("e");
      });

      play.control.resume(ABC);
      expect(play.emitted).to.equal("ab");
      expect(play.dropped.map(([value]) => value).join("")).to.equal("cde");
      play.control.resume(XYZ);
      expect(play.emitted).to.equal("abx");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("errors in the midst of a flush where a terminate is to be an error, and emits nothing more", () => {
      const play = new Play({ onTerminated: "error" });
      play.control.pause(ABC, XYZ);
      play.emit("abcx").on("b", () => play.control.terminate(ABC));

      play.control.resume(ABC);
      play.control.resume(XYZ);
      expect(play.emitted).to.equal("ab");
      expect(play.end).to.deep.equal(abcTerminated);
      play.expectNothingLeft();
    });

    it("emits nothing more once a value's handler has unsubscribed in mid-flush", () => {
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("abx").on("a", () => play.unsubscribe());

      play.control.resume(ABC);
      play.control.resume(XYZ);
      expect(play.emitted).to.equal("a");
      play.expectNothingLeft();
    });

    it("emits nothing more once the source has errored in mid-flush", () => {
      const failed = new Error("the source has failed");
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("abx").on("a", () => play.fail(failed));

      play.control.resume(ABC);
      expect(play.emitted).to.equal("a");
      expect(play.end).to.equal(failed);
      play.expectNothingLeft();
    });

    it("completes after the flush in whose midst the source completed", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("abc").on("b", () => play.emit("d").complete());

      play.control.resume(ABC);
      expect(play.emitted).to.equal("abcd");
      expect(play.end).to.equal("completed");
      play.expectNothingLeft();
    });

    it("completes after the flush even where its last value's handler completes the source", () => {
      const play = new Play();
      let endInHandler: unknown = "not asked";
      play.control.pause(ABC);
      play.emit("a").on("a", () => {
        play.complete();
        endInHandler = play.end;
      });

      play.control.resume(ABC);
      expect(endInHandler).to.equal(undefined);
      expect(play.end).to.equal("completed");
    });

    it("completes after the last flush where the source completed in the midst of another op's", () => {
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("abx").on("a", () => play.complete());

      play.control.resume(ABC);
      expect(play.emitted).to.equal("ab");
      expect(play.end).to.equal(undefined);
      play.control.resume(XYZ);
      expect(play.emitted).to.equal("abx");
      expect(play.end).to.equal("completed");
      play.expectNothingLeft();
    });

    it("flushes another op in the midst of a flush whose handler resumes that", () => {
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("abxy").on("a", () => play.control.resume(XYZ));

      play.control.resume(ABC);
      expect(play.emitted).to.equal("axyb");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("goes on with the flush where the statuses complete in its midst, and takes values in too", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("abc").on("b", () => {
        play.control.complete(ABC);
        play.emit("d");
      });

      play.control.resume(ABC);
      expect(play.emitted).to.equal("abcd");
      expect(play.end).to.equal(undefined);
    });

    it("drops what onDrop emits of the terminated op, and passes on what it emits of another", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("ab").on("a", () => play.emit("cx"));

      play.control.terminate(ABC);
      expect(play.dropped.map(([value]) => value)).to.have.members(["a", "b", "c"]);
      expect(play.emitted).to.equal("x");
      expect(play.control.watched).to.deep.equal([]);
    });

    it("does not complete before onDrop has been told of all that was held", () => {
      const play = new Play();
      const ends: unknown[] = [];
      play.control.pause(ABC);
      play.emit("ab").complete();
      for (const value of "ab") play.on(value, () => ends.push(play.end));

      play.control.terminate(ABC);
      expect(ends).to.deep.equal([undefined, undefined]);
      expect(play.end).to.equal("completed");
    });
  });

  describe("with the state of the moment at hand", () => {
    /** A pipeline behind somebody who is told of each status of ABC before it, and emits a value on it. */
    function behindAnother(options: HoldByOpOptions<string> = {}) {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const values = { running: "r", paused: "p", terminated: "t" } as const;
      const source$ = new Subject<string>();
      control.status(ABC).subscribe(({ state }) => {
        source$.next(values[state]);
      });
      const dropped: string[] = [];
      const onDrop = (value: string) => {
        dropped.push(value);
      };
      const held = record(source$.pipe(holdByOp(control, () => ABC, { onDrop, ...options })));
      return {
        ...{ held, dropped },
        emit: (value: string) => source$.next(value),
        signal: (signal: OpControlMessage) => signals$.next(signal),
      };
    }

    it("holds what somebody emits on being told of the pause first, and keeps the order on the resume", () => {
      const { held, emit, signal } = behindAnother();

      signal(pause(ABC));
      emit("a");
      expect(held.values).to.deep.equal([]);
      signal(resume(ABC));
      emit("b");
      expect(held.values.join("")).to.equal("parb");
    });

    it("tells onDrop of what somebody emits on being told of the terminate first, values being held or not", () => {
      for (const [before, all] of [
        ["a", "apt"],
        ["", "pt"],
      ] as const) {
        const { held, dropped, emit, signal } = behindAnother();

        signal(pause(ABC));
        for (const value of before) emit(value);
        signal(terminate(ABC));

        expect(held.values).to.deep.equal([]);
        expect(dropped.toSorted().join("")).to.equal(all);
      }
    });

    it("errors with what somebody emits on being told of the terminate first, where that is wanted", () => {
      const { held, signal } = behindAnother({ onTerminated: "error" });

      signal(pause(ABC));
      signal(terminate(ABC));

      expect(held.values).to.deep.equal([]);
      expect(held.end).to.deep.equal(abcTerminated);
    });
  });

  describe("where there is no room", () => {
    it("errors when one op has more than its limit, lets go of everything and emits nothing", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-b-y-c-");
        const subs = "                      ^--------! ";
        const control = controlOf(helpers, "(Pp)------R");
        const expected = "                  ---------# ";

        const held = source.pipe(holdByOp(control, opIdOf, { limit: 2 }));

        expectObservable(held).toBe(expected, undefined, new HoldOverflowError(2));
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    it("errors when all of them together have more than the limit in all", () => {
      gateMarbles((helpers) => {
        const { cold, expectObservable, expectSubscriptions } = helpers;
        const source = cold("               -a-x-b-y-c-");
        const subs = "                      ^------!   ";
        const control = controlOf(helpers, "(Pp)------R");
        const expected = "                  -------#   ";

        const held = source.pipe(holdByOp(control, opIdOf, { limit: 2, totalLimit: 3 }));

        expectObservable(held).toBe(expected, undefined, new HoldOverflowError(3));
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });

    /** Both ops are paused, take the values in, and are resumed one after the other. */
    const played = (values: string, options: HoldByOpOptions<string>) => {
      const play = new Play(options);
      play.control.pause(ABC, XYZ);
      play.emit(values);
      play.control.resume(ABC);
      play.control.resume(XYZ);
      return play;
    };

    for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
      it(`keeps all that there is room for (${overflow})`, () => {
        const play = played("axbycz", { limit: 3, totalLimit: 6, overflow });

        expect(play.emitted).to.equal("abcxyz");
        expect(play.end).to.equal(undefined);
        expect(play.dropped).to.deep.equal([]);
      });
    }

    for (const [overflow, values, perOp, inAll] of [
      ["dropOldest", "abcxyz", "bcyz", "abcz"],
      ["dropNewest", "abcxyz", "abxy", "abcx"],
      ["dropOldest", "axbycz", "bcyz", "bcyz"],
      ["dropNewest", "axbycz", "abxy", "abxy"],
    ] as const) {
      it(`keeps ${perOp} of ${values} where there is room for two per op (${overflow})`, () => {
        expect(played(values, { limit: 2, overflow }).emitted).to.equal(perOp);
      });

      it(`keeps ${inAll} of ${values} where there is room for four in all (${overflow})`, () => {
        expect(played(values, { totalLimit: 4, overflow }).emitted).to.equal(inAll);
      });
    }

    for (const overflow of ["dropOldest", "dropNewest"] as const) {
      it(`costs no other op its values: one without any to drop does without (${overflow})`, () => {
        const play = played("abx", { totalLimit: 2, overflow });

        expect(play.emitted).to.equal("ab");
        expect(play.control.watched).to.deep.equal([]);
      });

      it(`does not tell onDrop, which is told of terminates only (${overflow})`, () => {
        expect(played("abcxyz", { limit: 1, overflow }).dropped).to.deep.equal([]);
      });

      it(`completes with the source though values were dropped (${overflow})`, () => {
        const play = new Play({ limit: 1, totalLimit: 1, overflow });
        play.control.pause(ABC, XYZ);
        play.emit("abxy").complete();
        play.control.resume(ABC);

        expect(play.end).to.equal("completed");
        play.expectNothingLeft();
      });
    }

    it("has room again after a flush, per op and in all", () => {
      const play = new Play({ limit: 2, totalLimit: 3 });
      for (const values of ["abx", "ayz", "xyc"]) {
        play.control.pause(ABC, XYZ);
        play.emit(values);
        play.control.resume(ABC, XYZ);
      }

      expect(play.emitted).to.equal("abxayzcxy");
      expect(play.end).to.equal(undefined);
    });

    it("holds 1,024 values per op and 65,536 in all where no limits are given", () => {
      const hold = (ops: number, count: number) => {
        const control: StatusLookup = { status: (opId) => new BehaviorSubject(paused(opId)) };
        return record(range(0, count).pipe(holdByOp(control, (value) => `op:${value % ops}`)));
      };

      expect(hold(1, 1_024).end).to.equal(undefined);
      expect(hold(1, 1_025).end).to.deep.equal(new HoldOverflowError(1_024));
      expect(hold(100, 65_536).end).to.equal(undefined);
      expect(hold(100, 65_537).end).to.deep.equal(new HoldOverflowError(65_536));
    });
  });

  describe("as for what it keeps of an op", () => {
    it("subscribes to nothing before the first value", () => {
      const { control } = new Play();

      expect(control.subscriptions).to.deep.equal([]);
    });

    it("keeps no subscription of an op that runs", () => {
      const { control } = new Play().emit("axb");

      expect(control.subscriptions).to.deep.equal([ABC, XYZ, ABC]);
      expect(control.watched).to.deep.equal([]);
    });

    it("has let go of an op that runs before its value is passed on, so that what its handler causes ends nothing", () => {
      const play = new Play({ onTerminated: "error" });
      play.on("a", () => play.control.terminate(ABC)).on("x", () => play.control.fail(XYZ, unavailable));

      play.emit("ax");
      expect(play.emitted).to.equal("ax");
      expect(play.end).to.equal(undefined);
    });

    it("keeps one subscription of a paused op, however many values it holds", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("aabbcc");

      expect(play.control.subscriptions).to.deep.equal([ABC]);
      expect(play.control.watched).to.deep.equal([ABC]);
    });

    it("lets go of an op once it is flushed", () => {
      const play = new Play();
      play.control.pause(ABC, XYZ);
      play.emit("axb");
      play.control.resume(ABC);
      expect(play.control.watched).to.deep.equal([XYZ]);
      play.control.resume(XYZ);
      expect(play.control.watched).to.deep.equal([]);
    });

    it("lets go of an op once it is terminated, and does not keep one that was", () => {
      const play = new Play();
      play.control.pause(ABC);
      play.emit("a");
      play.control.terminate(ABC);
      expect(play.control.watched).to.deep.equal([]);
      play.emit("bc");
      expect(play.control.watched).to.deep.equal([]);
      expect(play.control.subscriptions, "what is kept is not asked for again").to.deep.equal([ABC, ABC, ABC]);
    });

    it("keeps nothing of an op whose statuses completed without any", () => {
      const asked: string[] = [];
      const play = new Play(
        {},
        {
          status: (opId) => {
            asked.push(opId);
            return EMPTY;
          },
        },
      );

      play.emit("ab");
      expect(asked).to.deep.equal([ABC, ABC]);
    });

    it("keeps one subscription of an op that a value's handler has paused and emitted another value of", () => {
      const play = new Play();
      play.on("a", () => {
        play.control.pause(ABC);
        play.emit("b");
      });

      play.emit("a");
      expect(play.control.watched).to.deep.equal([ABC]);
      play.emit("c");
      expect(play.control.watched).to.deep.equal([ABC]);
      play.unsubscribe();
      play.expectNothingLeft();
    });

    it("keeps one subscription of an op that has no status yet", () => {
      let subscriptions = 0;
      const status$ = new Observable<OpStatus>(() => {
        subscriptions++;
        return () => subscriptions--;
      });
      const play = new Play({}, { status: () => status$ });

      play.emit("abcxyz");
      expect(subscriptions).to.equal(2);
      play.unsubscribe();
      expect(subscriptions).to.equal(0);
    });

    it("has a control keep nothing of a thousand ops that came and ran, nor of as many that were flushed", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const tracked = new Set<string>();
      control.ops$.subscribe((op$) => {
        tracked.add(op$.key);
        op$.subscribe({ complete: () => tracked.delete(op$.key) });
      });
      const source$ = new Subject<number>();
      const held = record(source$.pipe(holdByOp(control, (value) => `op:${value}`)));
      const emit = () => {
        for (let value = 0; value < 1_000; value++) source$.next(value);
      };

      emit();
      expect(tracked.size).to.equal(0);
      signals$.next(pause(FLEET));
      emit();
      expect(tracked.size).to.equal(1_001);
      signals$.next(resume(FLEET));
      expect(tracked.size).to.equal(0);
      expect(held.values).to.have.lengthOf(2_000);
    });

    for (const [what, statusesOf] of [
      ["run", (opId: string) => new BehaviorSubject(running(opId))],
      ["have run to the end of their statuses", (opId: string) => of(running(opId))],
      ["have no statuses", () => EMPTY],
      ["are terminated", (opId: string) => new BehaviorSubject(terminated(opId))],
    ] as const) {
      it(`keeps nothing of twenty thousand ops that ${what}`, () => {
        const source$ = new Subject<number>();
        const held = source$.pipe(holdByOp({ status: statusesOf }, (value) => `op:${value}`)).subscribe();
        const before = usedHeapMb();

        for (let value = 0; value < 20_000; value++) source$.next(value);

        expect(usedHeapMb() - before).to.be.below(3);
        held.unsubscribe();
      });
    }
  });

  describe("for a great many values", () => {
    it("flushes a million of one op in linear time", () => {
      const flush = (count: number) => {
        const control = new FakeControl();
        control.pause(ABC);
        let told = 0;
        range(0, count)
          .pipe(holdByOp(control, () => ABC, { limit: count, totalLimit: count }))
          .subscribe((value) => {
            if (value === told) told++;
          });
        return () => {
          control.resume(ABC);
          expect(told).to.equal(count);
        };
      };

      expect(timesSlower(100_000, 1_000_000, flush)).to.be.below(25);
    });

    it("flushes those of many ops in linear time when the fleet is resumed", () => {
      const flush = (ops: number) => {
        const signals$ = new Subject<OpControlMessage>();
        const control = OpControlSubscriber.from(signals$);
        signals$.next(pause(FLEET));
        let told = 0;
        range(0, ops)
          .pipe(holdByOp(control, (op) => `op:${op}`))
          .subscribe(() => told++);
        return () => {
          signals$.next(resume(FLEET));
          expect(told).to.equal(ops);
        };
      };

      expect(timesSlower(1_000, 10_000, flush)).to.be.below(25);
    });

    it("does not grow the stack with what arrives in the midst of a flush", () => {
      const control = new FakeControl();
      control.pause(ABC);
      const source$ = new Subject<number>();
      let last = 0;
      source$.pipe(holdByOp(control, () => ABC, { limit: 1 })).subscribe((value) => {
        last = value;
        if (value < 100_000) source$.next(value + 1);
      });

      source$.next(0);
      control.resume(ABC);
      expect(last).to.equal(100_000);
    });
  });

  it("serves two sources with one operator value, each with room of its own", () => {
    const control = new FakeControl();
    const hold = holdByOp(control, opIdOf, { limit: 2, totalLimit: 2 });
    const [one$, other$] = [new Subject<string>(), new Subject<string>()];
    const [one, other] = [record(one$.pipe(hold)), record(other$.pipe(hold))];

    control.pause(ABC);
    for (const value of "ab") one$.next(value);
    for (const value of "cx") other$.next(value);
    one$.complete();
    control.resume(ABC);

    expect(one.values.join("")).to.equal("ab");
    expect(one.end).to.equal("completed");
    expect(other.values.join("")).to.equal("xc");
    expect(other.end).to.equal(undefined);
    expect(control.watched).to.deep.equal([]);
  });

  it("serves two subscribers of one pipeline, each from their own moment on", () => {
    const control = new FakeControl();
    const source$ = new Subject<string>();
    const held$ = source$.pipe(holdByOp(control, opIdOf));

    control.pause(ABC);
    const early = record(held$);
    source$.next("a");
    const late = record(held$);
    source$.next("b");
    early.subscription.unsubscribe();
    control.resume(ABC);

    expect(early.values).to.deep.equal([]);
    expect(late.values).to.deep.equal(["b"]);
  });

  describe("with a subscriber that throws", () => {
    const unhandled = collectUnhandledErrors();

    it("reports it and goes on with the flush", async () => {
      const control = new FakeControl();
      control.pause(ABC);
      const told: string[] = [];
      of("a", "b", "c")
        .pipe(holdByOp(control, opIdOf))
        .subscribe((value) => {
          told.push(value);
          if (value === "b") throw new Error("thrown by the subscriber");
        });

      control.resume(ABC);
      await unhandled.reported(1);

      expect(told).to.deep.equal(["a", "b", "c"]);
      expect(unhandled.errors).to.have.lengthOf(1);
    });

    for (const [when, beforehand, afterwards] of [
      ["before", "abc", ""],
      ["after", "ab", "c"],
    ] as const) {
      it(`never falls silent, even where it throws past RxJS in mid-flush (the source completes ${when})`, async () => {
        const control = new FakeControl();
        const source$ = new Subject<string>();
        let told = "";
        const held = record(
          new Observable<string>((subscriber) => {
            subscriber.next = (value) => {
              told += value;
              throw new Error("thrown past RxJS");
            };
            return source$.pipe(holdByOp(control, opIdOf)).subscribe(subscriber);
          }),
        );

        control.pause(ABC);
        for (const value of beforehand) source$.next(value);
        if (when === "before") source$.complete();
        control.resume(ABC);
        for (const value of afterwards) source$.next(value);
        source$.complete();

        if (held.end === "completed") {
          expect(told).to.equal("abc");
          await unhandled.reported(1);
        } else expect(held.end).to.be.instanceOf(Error);
        expect(control.watched).to.deep.equal([]);
        expect(source$.observed).to.equal(false);
      });
    }
  });

  const noControl = "control must be an OpControlSubscriber, or have a status method like one";
  for (const [what, control, keyOf, options, message] of [
    ["a control that has no statuses", {}, opIdOf, {}, noControl],
    ["a control that is none", null, opIdOf, {}, noControl],
    ["no control at all", undefined, opIdOf, {}, noControl],
    ["an opIdOf that is the name of a property", new FakeControl(), "op", {}, "opIdOf must be a function"],
    ["no opIdOf", new FakeControl(), undefined, {}, "opIdOf must be a function"],
    ["a limit of 0", new FakeControl(), opIdOf, { limit: 0 }, "limit must be a whole number from 1"],
    ["a total limit of 0", new FakeControl(), opIdOf, { totalLimit: 0 }, "totalLimit must be a whole number from 1"],
    [
      "an overflow of another name",
      new FakeControl(),
      opIdOf,
      { overflow: "drop" },
      "overflow must be one of error, dropOldest, dropNewest",
    ],
    [
      "an onTerminated of another name",
      new FakeControl(),
      opIdOf,
      { onTerminated: "hold" },
      "onTerminated must be drop or error",
    ],
    ["an onDrop that is none", new FakeControl(), opIdOf, { onDrop: "warn" }, "onDrop must be a function"],
    ["options that are none", new FakeControl(), opIdOf, null, "options must be an object"],
  ] as const) {
    it(`throws a TypeError at once, by name, for ${what}`, () => {
      expect(() => holdByOp(control as never, keyOf as never, options as never)).to.throw(TypeError, message);
    });
  }
});
