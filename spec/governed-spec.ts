import { expect } from "chai";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { firstValueFrom, Subject } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError, OpWaitTimeoutError } from "../lib/errors.js";
import { type CallControl, governed } from "../lib/governed.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../lib/opStatus.js";
import type { OpRun } from "../lib/runOp.js";
import { listenersOf } from "./helpers/abortSignals.js";
import { AGENT, OP, OTHER, pause, resume, terminate } from "./helpers/opControl.js";
import { rejectionOf } from "./helpers/record.js";
import { trackedBy } from "./helpers/tracked.js";
import { aFewTurns } from "./helpers/turns.js";
import { unhandledRejectionsDuring } from "./helpers/unhandledRejections.js";
import { warningsDuring } from "./helpers/warnings.js";

describe("governed", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;
  let runs: OpRun[];

  /** Work that notes its run and comes to nothing. */
  const endless = (run: OpRun): Promise<never> => {
    runs.push(run);
    return new Promise(() => undefined);
  };

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
    runs = [];
  });

  afterEach(() => {
    control.close();
  });

  /** A control whose leave to run is out of date by the time that it is heard of. */
  const allowing = (): CallControl => ({
    whenRunnable: () => Promise.resolve(true),
    runOp: (opId, work) => control.runOp(opId, work),
    status: (opId) => control.status(opId),
  });

  describe("resolves with what the work comes to", () => {
    it("a value, also where that is several or nothing", async () => {
      expect(await governed(control, OP, () => "done")).to.equal("done");
      expect(await governed(control, OP, () => ["one", "two"])).to.deep.equal(["one", "two"]);
      expect(await governed(control, OP, () => null)).to.equal(null);
    });

    it("a Promise", async () => {
      expect(await governed(control, OP, () => delay(1, "done"))).to.equal("done");
    });

    it("in flight during a pause, and after the subscriber was closed", async () => {
      const work$ = new Subject<string>();
      const result = governed(control, OP, () => firstValueFrom(work$));
      await nextTurn();
      await nextTurn();
      signals$.next(pause());
      control.close();
      work$.next("done");

      expect(await result).to.equal("done");
    });

    it("and does not abort its signal afterwards: the answer of a fetch is read by it", async () => {
      const { signal } = await governed(control, OP, (run) => run, { signal: new AbortController().signal });
      const run = await governed(control, OP, (run) => run);

      expect([signal.aborted, run.signal.aborted]).to.deep.equal([false, false]);
    });
  });

  describe("waits until the op may run", () => {
    it("and does not start the work before", async () => {
      signals$.next(pause());
      const result = governed(control, OP, endless).catch(() => undefined);
      await aFewTurns();
      expect(runs).to.be.empty;

      signals$.next(resume());
      await aFewTurns();
      expect(runs).to.have.length(1);

      signals$.next(terminate());
      await result;
    });

    it("and lets nobody through by a RESUME and a PAUSE that arrive together", async () => {
      signals$.next(pause());
      void governed(control, OP, endless);
      await nextTurn();
      signals$.next(resume());
      signals$.next(pause());
      await aFewTurns();

      expect(runs).to.be.empty;
    });

    it("and heeds a terminate that is there already, however quickly it is called again", async () => {
      setImmediate(() => {
        signals$.next(terminate());
      });
      let calls = 0;
      const loop = async (): Promise<never> => {
        for (;;) await governed(control, OP, () => ++calls);
      };

      await rejectionOf(loop(), OpTerminatedError);
      expect(calls).to.be.below(10);
    });
  });

  describe("of a terminated op rejects with the OpTerminatedError", () => {
    it("and never starts the work", async () => {
      signals$.next(terminate());

      const error = await rejectionOf(governed(control, OP, endless), OpTerminatedError);

      expect(error).to.include({ opId: OP, scope: "op" });
      expect(runs).to.be.empty;
    });

    it("when it waits", async () => {
      signals$.next(pause());
      const result = governed(control, OP, endless);
      signals$.next(terminate(AGENT));

      expect(await rejectionOf(result, OpTerminatedError)).to.include({ opId: OP, scope: "agent" });
      expect(runs).to.be.empty;
    });

    it("in flight, and aborts the work's signal with it, whether the work heeds that or not", async () => {
      for (const options of [{}, { signal: new AbortController().signal }]) {
        const op = `op:${String(runs.length)}`;
        const result = governed(control, op, endless, options);
        await aFewTurns();
        signals$.next(terminate(op));

        const error = await rejectionOf(result, OpTerminatedError);
        expect(runs.at(-1)?.signal.reason).to.equal(error);
      }
    });

    it("though the work has come to its end in that very tick", async () => {
      const work$ = new Subject<string>();
      const result = governed(control, OP, () => firstValueFrom(work$));
      await aFewTurns();
      work$.next("done");
      signals$.next(terminate());

      await rejectionOf(result, OpTerminatedError);
    });

    it("and what the work rejects with then is nobody's", async () => {
      const work$ = new Subject<string>();
      const result = governed(control, OP, () => firstValueFrom(work$));
      await aFewTurns();
      const unhandled = await unhandledRejectionsDuring(async () => {
        signals$.next(terminate());
        await rejectionOf(result, OpTerminatedError);
        work$.error(new Error("aborted"));
      });

      expect(unhandled).to.be.empty;
    });

    it("and not of another op", async () => {
      signals$.next(terminate(OTHER));

      expect(await governed(control, OP, () => "done")).to.equal("done");
    });
  });

  describe("rejects with an OpControlUnavailableError", () => {
    it("when the channel has failed, before and in flight", async () => {
      const cause = new Error("the bus is gone");
      const before = governed(control, OP, endless);
      await aFewTurns();
      signals$.error(cause);
      const after = governed(control, "never:seen", endless);

      expect(await rejectionOf(before, OpControlUnavailableError)).to.include({ cause });
      expect(await rejectionOf(after, OpControlUnavailableError)).to.include({ cause });
      expect(runs.map(({ opId }) => opId)).to.deep.equal([OP]);
    });

    for (const options of [{}, { timeoutMs: 60_000 }]) {
      it(`when the subscriber was closed before the work was started, given ${JSON.stringify(options)}`, async () => {
        signals$.next(pause());
        const waiting = governed(control, OP, endless, options);
        control.close();
        const late = governed(control, OTHER, endless, options);

        for (const result of [waiting, late]) {
          expect((await rejectionOf(result, OpControlUnavailableError)).message).to.include("was closed");
        }
        expect(runs).to.be.empty;
      });
    }

    it("when it is closed as the leave to run is given", async () => {
      const result = governed(allowing(), OP, endless);
      control.close();

      expect((await rejectionOf(result, OpControlUnavailableError)).message).to.include("was closed");
      expect(runs).to.be.empty;
    });
  });

  describe("given timeoutMs", () => {
    it("rejects with an OpWaitTimeoutError once it has passed, and never starts the work", async () => {
      signals$.next(pause());
      const result = governed(control, OP, endless, { timeoutMs: 5 });

      expect(await rejectionOf(result, OpWaitTimeoutError)).to.include({ opId: OP, timeoutMs: 5 });
      signals$.next(resume());
      await aFewTurns();
      expect(runs).to.be.empty;
    });

    it("gives the work all the time that it takes", async () => {
      expect(await governed(control, OP, () => delay(20, "done"), { timeoutMs: 5 })).to.equal("done");
    });
  });

  describe("given a signal", () => {
    const reason = new Error("the user has gone");
    let caller: AbortController;

    beforeEach(() => {
      caller = new AbortController();
    });

    it("rejects with its reason where it is aborted already, or while the op is waited for", async () => {
      signals$.next(pause());
      const waiting = governed(control, OP, endless, { signal: caller.signal });
      caller.abort(reason);
      const late = governed(control, OTHER, endless, { signal: caller.signal });

      expect(await rejectionOf(waiting, Error)).to.equal(reason);
      expect(await rejectionOf(late, Error)).to.equal(reason);
      expect(runs).to.be.empty;
    });

    it("aborts the work in flight with its reason, and rejects with it", async () => {
      const result = governed(control, OP, endless, { signal: caller.signal });
      await aFewTurns();
      caller.abort(reason);

      expect(runs[0]?.signal.reason).to.equal(reason);
      expect(await rejectionOf(result, Error)).to.equal(reason);
    });

    it("rejects with its reason where it is aborted between the leave to run and the work", async () => {
      const result = governed(allowing(), OP, endless, { signal: caller.signal });
      caller.abort(reason);

      expect(await rejectionOf(result, Error)).to.equal(reason);
      expect(runs).to.be.empty;
    });

    it("that a terminate has aborted tells the work of the terminate all the same, and starts its clean-ups", async () => {
      control.abortSignal(OP).addEventListener("abort", () => {
        caller.abort(reason);
      });
      const cleanedUp: unknown[] = [];
      const work = (run: OpRun): Promise<never> => {
        run.onTerminate((error) => cleanedUp.push(error));
        return endless(run);
      };
      const results = [control.abortSignal(OP), caller.signal].map((signal) => governed(control, OP, work, { signal }));
      await aFewTurns();
      signals$.next(terminate());

      const errors = [];
      for (const result of results) errors.push(await rejectionOf(result, OpTerminatedError));
      expect(cleanedUp).to.have.length(2);
      expect(runs.map((run) => run.signal.reason as unknown)).to.deep.equal(cleanedUp);
    });

    it("that a terminate has aborted has its own reason given back, by which the caller knows it", async () => {
      const signal = control.abortSignal(OP);
      const inFlight = governed(control, OP, endless, { signal });
      await aFewTurns();
      signals$.next(pause());
      const waiting = governed(control, OP, endless, { signal });
      signals$.next(terminate());
      const late = governed(control, OP, endless, { signal });

      for (const result of [inFlight, waiting, late]) {
        expect(await rejectionOf(result, OpTerminatedError)).to.equal(signal.reason);
      }
    });

    it("stops the work by it after the subscriber was closed as well", async () => {
      const result = governed(control, OP, endless, { signal: caller.signal });
      await aFewTurns();
      control.close();
      caller.abort(reason);

      expect(await rejectionOf(result, Error)).to.equal(reason);
    });

    it("leaves nothing behind at it, nor of the op", async () => {
      await governed(control, OP, () => "done", { signal: caller.signal });
      await rejectionOf(
        governed(control, OP, () => Promise.reject(reason), { signal: caller.signal }),
        Error,
      );

      expect(listenersOf(caller.signal)).to.equal(0);
      expect(trackedBy(control)).to.be.empty;
    });

    it("makes one that a thousand may listen to, without a warning of a leak", async () => {
      const warnings = await warningsDuring(() =>
        governed(
          control,
          OP,
          ({ signal }) => {
            for (let count = 0; count < 1_000; count++) signal.addEventListener("abort", () => undefined);
          },
          { signal: caller.signal },
        ),
      );

      expect(warnings).not.to.include("MaxListenersExceededWarning");
    });
  });

  describe("hands the work a run", () => {
    it("whose checkpoint waits out a pause", async () => {
      let passed = false;
      const result = governed(control, OP, async ({ opId, checkpoint }) => {
        signals$.next(pause());
        await checkpoint();
        passed = true;
        return opId;
      });
      await aFewTurns();
      expect(passed).to.equal(false);

      signals$.next(resume());
      expect(await result).to.equal(OP);
    });

    it("whose clean-ups are for a terminate", async () => {
      const cleanedUp: unknown[] = [];
      const result = governed(control, OP, (run) => {
        run.onTerminate((error) => cleanedUp.push(error));
        return endless(run);
      });
      await aFewTurns();
      signals$.next(terminate());

      expect(cleanedUp).to.deep.equal([await rejectionOf(result, OpTerminatedError)]);
    });
  });

  it("rejects with what the work rejects with or throws", async () => {
    const fault = new Error("404");
    const throwing = governed(control, OP, () => {
      throw fault;
    });

    expect(await rejectionOf(throwing, Error)).to.equal(fault);
    expect(
      await rejectionOf(
        governed(control, OP, () => Promise.reject(fault)),
        Error,
      ),
    ).to.equal(fault);
  });

  it("throws a TypeError at once that names the wrong argument", () => {
    const work = (): string => "done";
    const misuses: [string, () => unknown][] = [
      ["control", () => governed(undefined as never, OP, work)],
      ["control", () => governed({ status: () => signals$ } as never, OP, work)],
      ["work", () => governed(control, OP, "work" as never)],
      ["options", () => governed(control, OP, work, null as never)],
      ["timeout", () => governed(control, OP, work, { timeout: 5 } as never)],
      ["opId", () => governed(control, 1 as never, work)],
      ["timeoutMs", () => governed(control, OP, work, { timeoutMs: -1 })],
      ["signal", () => governed(control, OP, work, { signal: {} as never })],
      ["abortSignal", () => governed(control, OP, work, { abortSignal: undefined } as never)],
    ];
    for (const [name, misuse] of misuses) expect(misuse).to.throw(TypeError, new RegExp(`^${name} must be `));
  });
});
