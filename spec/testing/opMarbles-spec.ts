import { expect } from "chai";
import { finalize, interval, map, NEVER, type Observable, tap } from "rxjs";
import { TestScheduler } from "rxjs/testing";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { dropWhilePaused } from "../../lib/operators/dropWhilePaused.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import { marbleMatcher } from "../../lib/testing/marbleMatcher.js";
import { opMarbles } from "../../lib/testing/opMarbles.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { pendingTimers } from "../helpers/timers.js";

describe("opMarbles", () => {
  let scheduler: TestScheduler;

  beforeEach(() => {
    scheduler = new TestScheduler(marbleMatcher);
  });

  it("draws statuses: r is running, p is paused, t is terminated", () => {
    scheduler.run((helpers) => {
      const { status } = opMarbles(helpers, { opId: OP });
      const expected = "-p-r-t";

      helpers.expectObservable(status("-p-r-t")).toBe(expected, {
        p: { opId: OP, state: "paused", scope: "op", sequence: 0n },
        r: { opId: OP, state: "running", scope: "op", sequence: 0n },
        t: { opId: OP, state: "terminated", scope: "op", sequence: 0n },
      });
    });
  });

  it("draws signals: r is RESUME, p is PAUSE, t is TERMINATE", () => {
    scheduler.run((helpers) => {
      const op = opMarbles(helpers, { opId: OP });
      const expected = "-p-r-t";

      helpers.expectObservable(op.signals("-p-r-t")).toBe(expected, {
        p: { opId: OP, signal: "PAUSE", sequence: 0n },
        r: { opId: OP, signal: "RESUME", sequence: 0n },
        t: { opId: OP, signal: "TERMINATE", sequence: 0n },
      });
    });
  });

  it("says what the marbles stand for, for the expectation", () => {
    scheduler.run((helpers) => {
      const op = opMarbles(helpers, { opId: OP });

      helpers.expectObservable(op.status("  r-p-t|")).toBe("r-p-t|", op.statuses);
      helpers.expectObservable(op.hotStatus("r-p-t|")).toBe("r-p-t|", op.statuses);
      helpers.expectObservable(op.signals("  r-p-t|")).toBe("r-p-t|", op.messages);
      helpers.expectObservable(op.hotSignals("r-p-t|")).toBe("r-p-t|", op.messages);
    });
  });

  it("is about the op, the scope and the sequence that it is given", () => {
    scheduler.run((helpers) => {
      const op = opMarbles(helpers, { opId: OP, scope: "fleet", sequence: 7n });
      const common = { opId: OP, sequence: 7n };

      helpers.expectObservable(op.status(" prt")).toBe("prt", {
        p: { ...common, state: "paused", scope: "fleet" },
        r: { ...common, state: "running", scope: "fleet" },
        t: { ...common, state: "terminated", scope: "fleet" },
      });
      helpers.expectObservable(op.signals("prt")).toBe("prt", {
        p: { ...common, signal: "PAUSE" },
        r: { ...common, signal: "RESUME" },
        t: { ...common, signal: "TERMINATE" },
      });
    });
  });

  it('is about "op", on its own signal, where it is given nothing', () => {
    scheduler.run((helpers) => {
      const { status } = opMarbles(helpers);
      const p = { opId: "op", state: "paused", scope: "op", sequence: 0n };

      helpers.expectObservable(status("p")).toBe("p", { p });
    });
  });

  it("draws cold streams from their subscription on, and hot ones from the start", () => {
    scheduler.run((helpers) => {
      const op = opMarbles(helpers);
      const subs = "               ---^---";

      helpers.expectObservable(op.status("     rp-r---"), subs).toBe("---rp-r", op.statuses);
      helpers.expectObservable(op.hotStatus("  rp-r-t-"), subs).toBe("---r-t-", op.statuses);
      helpers.expectObservable(op.signals("    rp-r---"), subs).toBe("---rp-r", op.messages);
      helpers.expectObservable(op.hotSignals(" rp-r-t-"), subs).toBe("---r-t-", op.messages);
    });
  });

  it("draws errors, that which is given", () => {
    const error = new OpControlUnavailableError("the channel has failed", { cause: new Error("gone") });
    scheduler.run((helpers) => {
      const op = opMarbles(helpers);

      for (const drawn$ of [op.status, op.hotStatus].map((draw) => draw("p-#", error))) {
        helpers.expectObservable(drawn$).toBe("p-#", op.statuses, error);
      }
      for (const drawn$ of [op.signals, op.hotSignals].map((draw) => draw("p-#", error))) {
        helpers.expectObservable(drawn$).toBe("p-#", op.messages, error);
      }
    });
  });

  it("lets the subscriptions be asserted", () => {
    scheduler.run((helpers) => {
      const status$ = opMarbles(helpers).status("p---r");
      const subs = "                              ^---!";

      helpers.expectObservable(status$.pipe(awaitOp())).toBe("----(r|)", opMarbles(helpers).statuses);
      helpers.expectSubscriptions(status$.subscriptions).toBe(subs);
    });
  });

  it("refuses a marble that stands for nothing, when it is told", () => {
    const run = (): void =>
      scheduler.run((helpers) => {
        const { status, statuses } = opMarbles(helpers);
        helpers.expectObservable(status("-x")).toBe("-r", statuses);
      });

    expect(run).to.throw();
  });

  describe("with the operators", () => {
    const source = "  -a-b-c----d-";
    const statuses = "r-p---r----t";
    const held = "    -a----(bc)d#";
    const dropped = " -a--------d#";
    const passed = "  -a-b-c----d#";

    for (const [name, operator, expected] of [
      ["holdWhilePaused", holdWhilePaused, held],
      ["dropWhilePaused", dropWhilePaused, dropped],
      ["failOnTerminate", failOnTerminate, passed],
    ] as const) {
      it(`shows what ${name} does`, () => {
        scheduler.run((helpers) => {
          const op = opMarbles(helpers, { opId: OP, scope: "agent" });
          const error = new OpTerminatedError(OP, "agent");
          const gated$ = helpers.cold(source).pipe(operator(op.status(statuses)));

          helpers.expectObservable(gated$).toBe(expected, undefined, error);
        });
      });
    }
  });

  describe("with OpControlSubscriber.from, in virtual time", () => {
    it("drives the statuses of the ops", () => {
      scheduler.run((helpers) => {
        const op = opMarbles(helpers, { opId: OP });
        const control = OpControlSubscriber.from(op.hotSignals("--p-r-t-"));
        const expected = "                                      r-p-r-t-";

        helpers.expectObservable(control.status(OP)).toBe(expected, op.statuses);
        helpers.expectObservable(control.status(OTHER)).toBe("r", { r: { ...op.statuses.r, opId: OTHER } });
      });
    });

    it("takes cold signals, too: it is subscribed once, at once", () => {
      scheduler.run((helpers) => {
        const op = opMarbles(helpers, { opId: OP });
        const signals$ = op.signals("--p-r-t-");
        const expected = "           r-p-r-t-";

        const control = OpControlSubscriber.from(signals$);

        helpers.expectObservable(control.status(OP)).toBe(expected, op.statuses);
        helpers.expectObservable(control.status(OP)).toBe(expected, op.statuses);
        helpers.expectSubscriptions(signals$.subscriptions).toBe("^-");
      });
    });

    it("is closed when they complete, and has failed when they error", () => {
      scheduler.run((helpers) => {
        const op = opMarbles(helpers, { opId: OP });
        const cause = new Error("gone");
        const closed = OpControlSubscriber.from(op.hotSignals("-p-|"));
        const failed = OpControlSubscriber.from(op.hotSignals("-p-#", cause));
        const error = new OpControlUnavailableError("the channel has failed: gone", { cause });

        helpers.expectObservable(closed.status(OP)).toBe("rp-|", op.statuses);
        helpers.expectObservable(failed.status(OP)).toBe("rp-#", op.statuses, error);
      });
    });

    it("tells the channel's times by the virtual clock", () => {
      scheduler.run((helpers) => {
        const control = OpControlSubscriber.from(opMarbles(helpers).hotSignals("10ms |"));
        const since$ = control.connection$.pipe(map(({ state, since }) => `${state} since ${since}`));

        helpers.expectObservable(since$).toBe("l 9ms (c|)", { l: "live since 0", c: "closed since 10" });
      });
    });

    it("gives up waiting by the virtual clock", () => {
      scheduler.run((helpers) => {
        const control = OpControlSubscriber.from(opMarbles(helpers, { opId: OP }).hotSignals("p"));

        helpers.expectObservable(control.awaitOp(OP, { timeoutMs: 60_000 }), "-^").toBe("- 60s |");
      });
    });

    it("bounds clean-ups by the virtual clock", () => {
      scheduler.run((helpers) => {
        const control = OpControlSubscriber.from(opMarbles(helpers, { opId: OP }).hotSignals("-t"));
        const run$ = control.runOp(OP, ({ onTerminate }) => {
          onTerminate(() => NEVER, { timeoutMs: 60_000 });
          return NEVER;
        });

        helpers.expectObservable(run$).toBe("-#", undefined, new OpTerminatedError(OP, "op"));
        helpers.expectObservable(control.diagnostics$).toBe("- 60s d", {
          d: { kind: "cleanupTimedOut", opId: OP, message: "not done within 60000 ms" },
        });
      });
    });

    it("holds a source of many ops, each by its own signals", () => {
      scheduler.run((helpers) => {
        const source = helpers.cold("                                -a-b-a----b-|");
        const signals$ = opMarbles(helpers, { opId: "a" }).hotSignals("p-----r------");
        const expected = "                                           ---b--(aa)b-|";

        const control = OpControlSubscriber.from(signals$);

        helpers.expectObservable(source.pipe(holdByOp(control, (value) => value))).toBe(expected);
      });
    });

    it("starts no real timer, whatever is waited for", () => {
      const timers = pendingTimers();
      const during: number[] = [];
      const look = <T>(source$: Observable<T>): Observable<T> =>
        source$.pipe(
          tap(() => during.push(pendingTimers())),
          finalize(() => during.push(pendingTimers())),
        );
      scheduler.run((helpers) => {
        const op = opMarbles(helpers, { opId: OP });
        const error = new OpTerminatedError(OP, "op");
        const source = "  p 14ms r ---- 10ms t";
        const expected = "- 14ms a ----b 9ms #";
        const late = "    -^";
        const expired = " - 5ms |";

        const control = OpControlSubscriber.from(op.hotSignals(source));
        const held$ = interval(10).pipe(holdWhilePaused(control.status(OP)));

        helpers.expectObservable(look(held$)).toBe(expected, { a: 0, b: 1 }, error);
        helpers.expectObservable(look(control.awaitOp(OP, { timeoutMs: 5 })), late).toBe(expired);
      });

      expect(during).not.to.be.empty;
      expect(new Set(during)).to.deep.equal(new Set([timers]));
    });
  });
});
