import { expect } from "chai";
import { setTimeout as nextTimers } from "node:timers/promises";
import { inspect } from "node:util";
import { Subject } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { FLEET, OP, OTHER, pause, signals, statuses, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";

/** A message of whatever a bus may carry. */
const rubbish = (message: unknown): OpControlMessage => message as OpControlMessage;

const malformed = [
  ["null", "notAnObject", "", null],
  ["nothing at all", "notAnObject", "", undefined],
  ["a text", "notAnObject", "", "TERMINATE"],
  ["a number", "notAnObject", "", 3],
  ["an empty op id", "emptyOpId", "", { opId: "", signal: "TERMINATE", sequence: 1n }],
  ["no op id", "emptyOpId", "", { signal: "TERMINATE", sequence: 1n }],
  ["an op id that is no string", "emptyOpId", "", { opId: 7, signal: "TERMINATE", sequence: 1n }],
  ["UNSPECIFIED", "unspecifiedSignal", OP, { opId: OP, signal: 0, sequence: 1n }],
  ["a number that the enum has not", "unknownSignal", OP, { opId: OP, signal: 4, sequence: 1n }],
  ["a negative number", "unknownSignal", OP, { opId: OP, signal: -1, sequence: 1n }],
  ["a name that the enum has not", "unknownSignal", OP, { opId: OP, signal: "HALT", sequence: 1n }],
  ["a name of Object's own", "unknownSignal", OP, { opId: OP, signal: "constructor", sequence: 1n }],
  ["no signal", "unknownSignal", OP, { opId: OP, sequence: 1n }],
  ["unspecified for the fleet", "unspecifiedSignal", FLEET, { opId: FLEET, signal: 0, sequence: 1n }],
] as const;

describe("OpControlSubscriber.diagnostics$", () => {
  for (const [what, reason, opId, message] of malformed) {
    it(`tells of ${what} as ${reason}, and no op is changed by it`, () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      const diagnostics = record(control.diagnostics$);
      const seen = [control.signals$, control.statuses$, control.ops$].map((stream$) => record<unknown>(stream$));
      signals$.next(pause());
      for (const { values } of seen) values.length = 0;

      signals$.next(rubbish(message));

      expect(diagnostics.values).to.deep.equal([{ kind: "malformedSignal", reason, opId, count: 1 }]);
      expect(seen.map(({ values, end }) => [values, end])).to.deep.equal(seen.map(() => [[], undefined]));
      expect(control.isPaused(OP)).to.equal(true);
      expect(control.isPaused(OTHER)).to.equal(false);
      expect(control.isTerminated(OTHER)).to.equal(false);
      signals$.next(terminate());
      expect(control.isTerminated(OP)).to.equal(true);
    });
  }

  it("tells of an op id that is oversize, in bytes, and shows its beginning", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const diagnostics = record(control.diagnostics$);
    const [longest, tooLong, tooManyBytes] = ["a".repeat(1024), "b".repeat(1025), "é".repeat(513)] as const;

    for (const opId of [longest, tooLong, tooManyBytes]) signals$.next(terminate(opId));

    expect(control.isTerminated(longest)).to.equal(true);
    expect(control.isTerminated(tooLong)).to.equal(false);
    expect(diagnostics.values).to.deep.equal([
      { kind: "malformedSignal", reason: "oversizeOpId", opId: `${"b".repeat(200)}…`, count: 1 },
      { kind: "malformedSignal", reason: "oversizeOpId", opId: `${"é".repeat(200)}…`, count: 2 },
    ]);
  });

  it("counts from the first malformed message on, whether anyone listens or not, and replays nothing", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-x-x-P-x-x-|", { ...signals, x: rubbish(null) });
      const late = "      ----^-------";
      const expected = "  -------3-4-|";
      const after = "     ------------^";
      const expectedB = " ------------|";

      const { diagnostics$ } = OpControlSubscriber.from(source);
      const values = { kind: "malformedSignal", reason: "notAnObject", opId: "" };

      expectObservable(diagnostics$, late).toBe(expected, { 3: { ...values, count: 3 }, 4: { ...values, count: 4 } });
      expectObservable(diagnostics$, after).toBe(expectedB);
    });
  });

  it("shows what comes from outside without control characters and cut", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const diagnostics = record(control.diagnostics$);

    signals$.next(rubbish({ opId: `\u001b[31mred\n\u202eabc${"x".repeat(500)}`, signal: 0 }));

    const [diagnostic] = diagnostics.values;
    expect(diagnostic)
      .to.have.property("opId")
      .that.matches(/^\\u001b\[31mred\\u000a\\u202eabcx+…$/);
    expect(JSON.stringify(diagnostic)).to.have.lengthOf.below(400);
  });

  describe("on a message that cannot even be read", () => {
    const unhandled = collectUnhandledErrors();
    const unreadable = rubbish({
      get opId(): string {
        throw new Error("no op id for you");
      },
    });

    it("tells of it, and nothing is thrown past the library", async () => {
      const signals$ = new Subject<OpControlMessage>();
      const diagnostics = record(OpControlSubscriber.from(signals$).diagnostics$);

      signals$.next(unreadable);
      await nextTimers();

      expect(unhandled.errors).to.deep.equal([]);
      expect(diagnostics.values).to.have.lengthOf(1);
    });

    it("loses none of the signals behind it", () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      control.signals$.subscribe(({ signal }) => {
        if (signal !== "PAUSE") return;
        signals$.next(unreadable);
        signals$.next(terminate());
      });

      signals$.next(pause());

      expect(control.isTerminated(OP)).to.equal(true);
    });
  });

  it("tells of the bound on what is remembered", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$, { maxTrackedOps: 2 });
    const diagnostics = record(control.diagnostics$);

    for (const opId of ["a:\n", "b:", "c:"]) signals$.next(terminate(opId));
    for (const opId of ["d:", "e:", "f:"]) signals$.next(pause(opId));

    expect(diagnostics.values).to.deep.equal([
      { kind: "evicted", opId: "a:\\u000a", count: 1 },
      { kind: "evicted", opId: "b:", count: 2 },
      { kind: "evicted", opId: "c:", count: 3 },
      { kind: "saturated", maxTrackedOps: 2 },
    ]);
    expect(control.isPaused("never:seen")).to.equal(true);
  });

  it("goes on after the channel has failed and completes on close", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("--#", signals, new Error("the bus is gone"));
      const closing = cold("----x", { x: undefined });
      const expected = "    ----|";

      const control = OpControlSubscriber.from(source);
      closing.subscribe(() => {
        control.close();
      });

      expectObservable(control.diagnostics$).toBe(expected);
    });
  });

  it("reads the wire's numbers as the signals that they stand for", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-1-2-3-", {
        ...{ 1: rubbish({ ...signals.P, signal: 1 }), 2: rubbish({ ...signals.R, signal: 2 }) },
        ...{ 3: rubbish({ ...signals.T, signal: 3 }) },
      });
      const expectedA = " -P-R-T-";
      const expectedB = " rp-r-t-";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.signals$).toBe(expectedA, signals);
      expectObservable(control.status(OP)).toBe(expectedB, statuses);
    });
  });

  it("obeys a TERMINATE whose sequence is missing or is no number", () => {
    for (const sequence of [undefined, null, "7", 1.5, Number.NaN, Number.POSITIVE_INFINITY, {}]) {
      const control = OpControlSubscriber.from([rubbish({ opId: OP, signal: "TERMINATE", sequence })]);
      expect(record(control.status(OP)).values, inspect(sequence)).to.deep.equal([statuses.t]);
    }
    const control = OpControlSubscriber.from([rubbish({ opId: OP, signal: "TERMINATE", sequence: 7 })]);
    expect(record(control.status(OP)).values).to.deep.equal([{ ...statuses.t, sequence: 7n }]);
  });
});
