import { expect } from "chai";
import { Subject, timer } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, FLEET, OP, pause, resume, running, signals, statuses, terminate } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

describe("OpControlSubscriber.awaitOp", () => {
  it("emits exactly once, however often the op is resumed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-R-P-R-T-", signals);
      const subs = "      --^--------";
      const expected = "  ---(r|)----";

      expectObservable(OpControlSubscriber.from(source).awaitOp(OP), subs).toBe(expected, statuses);
    });
  });

  it("serves each of its subscribers from their own moment on", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("---P---R---T", signals);
      const first = "     -^----------";
      const expectedA = " -(r|)-------";
      const second = "    ----^-------";
      const expectedB = " -------(r|)-";
      const third = "     ------------^";
      const expectedC = " ------------#";

      const awaited$ = OpControlSubscriber.from(source).awaitOp(OP);

      expectObservable(awaited$, first).toBe(expectedA, statuses);
      expectObservable(awaited$, second).toBe(expectedB, statuses);
      expectObservable(awaited$, third).toBe(expectedC, undefined, new OpTerminatedError(OP, "op"));
    });
  });

  it("waits for every scope that pauses the op", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("(PAF)-R-a-f", {
        ...signals,
        ...{ A: pause(AGENT), a: resume(AGENT), F: pause(FLEET), f: resume(FLEET) },
      });
      const subs = "      -----^-----";
      const expected = "  ----------(r|)";

      expectObservable(OpControlSubscriber.from(source).awaitOp(OP), subs).toBe(expected, statuses);
    });
  });

  for (const [scope, id] of [
    ["agent", AGENT],
    ["fleet", FLEET],
  ] as const) {
    it(`errors with the op's own id and the scope when the ${scope} is terminated`, () => {
      const signals$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(signals$);
      signals$.next(pause());
      const waiter = record(control.awaitOp(OP));

      signals$.next(terminate(id));

      expect(waiter.end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope });
      expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP, scope });
    });
  }

  it("completes without emitting when timeoutMs has passed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P 10ms R", signals);
      const subs = "      --^------";
      const expected = "  -- 5ms |";

      expectObservable(OpControlSubscriber.from(source).awaitOp(OP, { timeoutMs: 5 }), subs).toBe(expected);
    });
  });

  it("counts timeoutMs from each subscription", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P-------", signals);
      const early = "     -^------";
      const expectedA = " ----|---";
      const late = "      ----^---";
      const expectedB = " -------|";

      const awaited$ = OpControlSubscriber.from(source).awaitOp(OP, { timeoutMs: 3 });

      expectObservable(awaited$, early).toBe(expectedA);
      expectObservable(awaited$, late).toBe(expectedB);
    });
  });

  it("forgets timeoutMs once the op may run or is terminated", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P-R-----T", signals);
      const subs = "      -^-------";
      const expected = "  --(r|)---";
      const late = "      ------^--";
      const expectedB = " ------(r|)";

      const awaited$ = OpControlSubscriber.from(source).awaitOp(OP, { timeoutMs: 3 });

      expectObservable(awaited$, subs).toBe(expected, statuses);
      expectObservable(awaited$, late).toBe(expectedB, statuses);
    });
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P-T-----", signals);
      const subs = "      -^------";
      const expected = "  --#-----";

      const awaited$ = OpControlSubscriber.from(source).awaitOp(OP, { timeoutMs: 3 });

      expectObservable(awaited$, subs).toBe(expected, undefined, new OpTerminatedError(OP, "op"));
    });
  });

  it("lets a running op run and tells a terminated one apart even with a timeoutMs of 0", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P--T--", signals);
      const atOnce = "    ^-------";
      const expectedA = " (r|)----";
      const waiting = "   ---^----";
      const expectedB = " ---|----";
      const killed = "    ------^-";
      const expectedC = " ------#-";

      const awaited$ = OpControlSubscriber.from(source).awaitOp(OP, { timeoutMs: 0 });

      expectObservable(awaited$, atOnce).toBe(expectedA, statuses);
      expectObservable(awaited$, waiting).toBe(expectedB);
      expectObservable(awaited$, killed).toBe(expectedC, undefined, new OpTerminatedError(OP, "op"));
    });
  });

  it("waits without an end of its own where no timeoutMs is given", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P 999m R   ", signals);
      const subs = "      -^         ";
      const expected = "  - 999m (r|)";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), subs).toBe(expected, statuses);
      expectObservable(control.awaitOp(OP, {}), subs).toBe(expected, statuses);
    });
  });

  it("completes without emitting when the subscriber is closed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P---R", signals);
      const expected = "  --|--";
      const subs = "      -^---";

      const control = OpControlSubscriber.from(source);
      timer(2).subscribe(() => {
        control.close();
      });

      expectObservable(control.awaitOp(OP), subs).toBe(expected);
    });
  });

  it("completes without emitting after close, even for an op that was running", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P---", signals);
      const subs = "      --^-";
      const expected = "  --|-";

      const control = OpControlSubscriber.from(source);
      timer(1).subscribe(() => {
        control.close();
      });

      expectObservable(control.awaitOp(OP), subs).toBe(expected);
      expectObservable(control.awaitOp("never:seen"), subs).toBe(expected);
    });
  });

  it("completes without emitting after the source has ended", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-|--", signals);
      const subs = "      --^-";
      const expected = "  --|-";

      expectObservable(OpControlSubscriber.from(source).awaitOp(OP), subs).toBe(expected);
    });
  });

  it("still errors for a terminated op after close", () => {
    const control = OpControlSubscriber.from([terminate()]);
    control.close();

    expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP, scope: "op" });
  });

  it("errors when the channel fails, whatever it was waiting for, and after that", () => {
    const cause = new Error("the bus is gone");
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("P---#", signals, cause);
      const waiting = "   -^---";
      const late = "      -----^";
      const expectedA = " ----#";
      const expectedB = " -----#";
      const unavailable = new OpControlUnavailableError("the channel has failed: the bus is gone");

      const control = OpControlSubscriber.from(source);

      expectObservable(control.awaitOp(OP), waiting).toBe(expectedA, undefined, unavailable);
      expectObservable(control.awaitOp(OP), late).toBe(expectedB, undefined, unavailable);
      expectObservable(control.awaitOp("never:seen"), late).toBe(expectedB, undefined, unavailable);
    });
  });

  it("still errors, and does not just complete, when a failed subscriber is closed as well", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const cause = new Error("the bus is gone");
    signals$.error(cause);
    control.close();

    expect(errorOf(control.awaitOp(OP), OpControlUnavailableError)).to.include({ cause });
  });

  it("tells of the terminate and not of the failure where there were both", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(terminate());
    signals$.error(new Error("the bus is gone"));

    expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP, scope: "op" });
  });

  it("lets nobody through on PAUSE, RESUME, PAUSE in one tick who came after it", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("(PRP)------R", signals);
      const subs = "      -----^------";
      const expected = "  -----------(r|)";

      expectObservable(OpControlSubscriber.from(source).awaitOp(OP), subs).toBe(expected, statuses);
    });
  });

  it("looks at the op when it is subscribed, not when it is made", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    const awaited$ = control.awaitOp(OP);
    signals$.next(pause());

    const waiter = record(awaited$);

    expect(waiter.values).to.deep.equal([]);
    signals$.next(resume());
    expect(waiter.values).to.deep.equal([running()]);
    expect(waiter.end).to.equal("completed");
  });
});
