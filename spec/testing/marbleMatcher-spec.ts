import { expect } from "chai";
import { AssertionError } from "node:assert";
import { concat, NEVER, of, throwError } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { AssemblyError, HoldOverflowError, OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { marbleMatcher } from "../../lib/testing/marbleMatcher.js";
import { testScheduler } from "../helpers/marbles.js";
import { paused, running } from "../helpers/opControl.js";

/** Two op ids that a message shows alike: it is cut before they differ. */
const LONG = "0".repeat(500);
const ALIKE = [`${LONG}:one`, `${LONG}:two`] as const;

const unavailable = (cause: unknown) => new OpControlUnavailableError("the channel has failed", { cause });

describe("marbleMatcher", () => {
  it("takes for alike what is alike in every field", () => {
    for (const make of [
      () => running(),
      () => [running(), paused("another", "fleet", 7n)],
      () => ({ frame: 3, notification: { kind: "N", value: paused() } }),
      () => new OpTerminatedError("op", "agent"),
      () => unavailable(new Error("gone")),
      () => new HoldOverflowError(3),
      () => undefined,
    ]) {
      marbleMatcher(make(), make());
    }
  });

  for (const [what, actual, expected] of [
    ["statuses of another state", running(), paused()],
    ["statuses of another op", running("one"), running("two")],
    ["statuses of another scope", paused("op", "agent"), paused("op", "fleet")],
    ["statuses of another sequence", paused("op", "op", 1n), paused("op", "op", 2n)],
    ["a sequence that is a number", paused("op", "op", 1n), { ...paused("op"), sequence: 1 }],
    ["a field too many", { ...running(), more: undefined }, running()],
    ["an OpTerminatedError of another scope", new OpTerminatedError("op", "op"), new OpTerminatedError("op", "fleet")],
    ["one of an op that reads alike", new OpTerminatedError(ALIKE[0], "op"), new OpTerminatedError(ALIKE[1], "op")],
    ["one that is none", new OpTerminatedError("op", "op"), lookAlike(new OpTerminatedError("op", "op"))],
    ["an OpControlUnavailableError with another cause", unavailable(new Error("one")), unavailable(new Error("two"))],
    ["one without a cause", unavailable(new Error("one")), new OpControlUnavailableError("the channel has failed")],
    ["another class of the same message", new AssemblyError("gone"), new OpControlUnavailableError("gone")],
    ["another limit", new HoldOverflowError(1), Object.assign(new HoldOverflowError(1), { limit: 2 })],
    ["values in another order", [running(), paused()], [paused(), running()]],
  ] as const) {
    it(`tells apart ${what}`, () => {
      expect(() => marbleMatcher(actual, expected)).to.throw(AssertionError);
      expect(() => marbleMatcher(expected, actual)).to.throw(AssertionError);
    });
  }

  describe("given to a TestScheduler", () => {
    it("passes what is as it is drawn, inner streams and subscriptions too", () => {
      new TestScheduler(marbleMatcher).run(({ cold, expectObservable, expectSubscriptions }) => {
        const error = new OpTerminatedError("op", "agent");
        const inner = cold("   a-#", undefined, error);
        const outer$ = concat(of(inner), NEVER);

        expectObservable(outer$).toBe("i--", { i: inner });
        expectObservable(inner).toBe("a-#", undefined, new OpTerminatedError("op", "agent"));
        expectSubscriptions(inner.subscriptions).toBe(["^-!", "^-!"]);
      });
    });

    /** Runs an expectation that is wrong in a field that neither the name nor the message of the error shows. */
    function expectTheOther(scheduler: TestScheduler): void {
      scheduler.run(({ expectObservable }) => {
        const [one, other] = ALIKE;
        const actual$ = throwError(() => new OpTerminatedError(one, "op"));
        expectObservable(actual$).toBe("#", undefined, new OpTerminatedError(other, "op"));
      });
    }

    it("fails a stream whose error differs in a field of its own, which a common matcher passes", () => {
      expect(() => expectTheOther(testScheduler())).not.to.throw();
      expect(() => expectTheOther(new TestScheduler(marbleMatcher))).to.throw(AssertionError);
    });

    it("says at which frame what is missing, and what came instead", () => {
      const run = (): void =>
        new TestScheduler(marbleMatcher).run(({ cold, expectObservable }) => {
          expectObservable(cold("a-b|")).toBe("a-c|");
        });
      expect(run).to.throw(
        AssertionError,
        /\n {2}frame 0 {2}'a'\n- frame 2 {2}'c'\n\+ frame 2 {2}'b'\n {2}frame 3 {2}complete$/,
      );
    });

    it("fails a stream that tells too much, too little or at another time", () => {
      for (const wrong of ["a-b|", "a--|", "a-bb|", "-a-b|", "a-b-|"]) {
        const run = (): void =>
          new TestScheduler(marbleMatcher).run(({ cold, expectObservable }) => {
            expectObservable(cold("a-b--|")).toBe(wrong);
          });
        expect(run, wrong).to.throw(AssertionError);
      }
    });
  });
});

/** An error that has everything in common with the given one but its class. */
function lookAlike({ message, name, opId, scope }: OpTerminatedError): Error {
  return Object.assign(new Error(message), { name, opId, scope });
}
