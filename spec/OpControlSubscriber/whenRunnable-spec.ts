import { expect } from "chai";
import { getEventListeners } from "node:events";
import { setImmediate as nextMacrotask } from "node:timers/promises";
import { Subject, timer } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber, type WhenRunnableOptions } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, OP, pause, resume, signals, terminate } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";

describe("OpControlSubscriber.whenRunnable", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
  });

  afterEach(() => {
    control.close();
  });

  it("resolves with true when the op may run", async () => {
    expect(await control.whenRunnable(OP)).to.equal(true);
  });

  it("resolves with true when the op is resumed", async () => {
    signals$.next(pause());
    const runnable = control.whenRunnable(OP);
    signals$.next(resume());

    expect(await runnable).to.equal(true);
  });

  it("does not settle while the op is paused", async () => {
    signals$.next(pause());
    let settled = false;
    const runnable = control.whenRunnable(OP).finally(() => {
      settled = true;
    });

    await nextMacrotask();
    expect(settled).to.equal(false);

    signals$.next(resume());
    expect(await runnable).to.equal(true);
  });

  it("rejects when the op is terminated", async () => {
    signals$.next(terminate());

    const error = await rejectionOf(control.whenRunnable(OP), OpTerminatedError);

    expect(error).to.include({ opId: OP, scope: "op" });
  });

  it("rejects when the op is terminated while it waits", async () => {
    signals$.next(pause());
    const runnable = control.whenRunnable(OP);
    signals$.next(terminate(AGENT));

    const error = await rejectionOf(runnable, OpTerminatedError);

    expect(error).to.include({ opId: OP, scope: "agent" });
  });

  it("rejects when the channel has failed, before and after", async () => {
    const cause = new Error("the bus is gone");
    signals$.next(pause());
    const before = control.whenRunnable(OP);
    signals$.error(cause);
    const after = control.whenRunnable("never:seen");

    expect(await rejectionOf(before, OpControlUnavailableError)).to.include({ cause });
    expect(await rejectionOf(after, OpControlUnavailableError)).to.include({ cause });
  });

  it("rejects with the terminate, not with the failure, where there were both", async () => {
    signals$.next(terminate());
    signals$.error(new Error("the bus is gone"));

    expect(await rejectionOf(control.whenRunnable(OP), OpTerminatedError)).to.include({ opId: OP });
  });

  it("resolves with false when the subscriber is closed", async () => {
    signals$.next(pause());
    const runnable = control.whenRunnable(OP);
    control.close();

    expect(await runnable).to.equal(false);
  });

  it("resolves with false when the subscriber is closed in the tick that would have let it through", async () => {
    const runnable = control.whenRunnable(OP);
    control.close();

    expect(await runnable).to.equal(false);
  });

  it("resolves with false when the source ends", async () => {
    signals$.next(pause());
    const runnable = control.whenRunnable(OP);
    signals$.complete();

    expect(await runnable).to.equal(false);
  });

  it("resolves with false after close, even for an op that was running", async () => {
    control.close();

    expect(await control.whenRunnable(OP)).to.equal(false);
  });

  it("still rejects for a terminated op after close", async () => {
    signals$.next(terminate());
    control.close();

    expect(await rejectionOf(control.whenRunnable(OP), OpTerminatedError)).to.include({ opId: OP });
  });

  describe("given timeoutMs", () => {
    /** The op is paused at 0, waited for from 1 on and let go by `marbles`; in virtual time. */
    function whenRunnableAfterPause(marbles: string, options: WhenRunnableOptions): Promise<boolean> {
      return testScheduler().run(({ hot }) => {
        const late = OpControlSubscriber.from(hot(marbles, signals));
        return new Promise<boolean>((resolve, reject) => {
          timer(1).subscribe(() => {
            late.whenRunnable(OP, options).then(resolve, reject);
          });
        });
      });
    }

    it("resolves with false once it has passed", async () => {
      expect(await whenRunnableAfterPause("P 5ms T", { timeoutMs: 4 })).to.equal(false);
      expect(await whenRunnableAfterPause("P 5ms R", { timeoutMs: 4 })).to.equal(false);
    });

    it("settles as ever until then", async () => {
      await rejectionOf(whenRunnableAfterPause("P 4ms T", { timeoutMs: 5 }), OpTerminatedError);

      signals$.next(pause());
      const runnable = control.whenRunnable(OP, { timeoutMs: 60_000 });
      signals$.next(resume());
      expect(await runnable).to.equal(true);
    });

    it("lets an op run that was running before it has passed, however busy the event loop is until then", async () => {
      await nextMacrotask();
      const runnable = control.whenRunnable(OP, { timeoutMs: 0 });
      const start = performance.now();
      while (performance.now() - start < 5);

      expect(await runnable).to.equal(true);
    });

    it("leaves no timer behind when it settles", async () => {
      const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
      // Mocha's own timer starts once the test has returned a Promise.
      await nextMacrotask();
      const before = timers();
      const runnable = control.whenRunnable(OP, { timeoutMs: 60_000 });
      expect(timers()).to.equal(before + 1);

      await runnable;

      expect(timers()).to.equal(before);
    });

    it("lets a running op run and rejects for a terminated one even with 0", async () => {
      expect(await control.whenRunnable(OP, { timeoutMs: 0 })).to.equal(true);
      signals$.next(pause());
      expect(await control.whenRunnable(OP, { timeoutMs: 0 })).to.equal(false);
      signals$.next(terminate());
      await rejectionOf(control.whenRunnable(OP, { timeoutMs: 0 }), OpTerminatedError);
    });
  });

  describe("given a signal", () => {
    it("resolves with false when it is aborted already, also for a running op", async () => {
      expect(await control.whenRunnable(OP, { signal: AbortSignal.abort() })).to.equal(false);
    });

    it("rejects for a terminated op even when it is aborted already", async () => {
      signals$.next(terminate());

      const runnable = control.whenRunnable(OP, { signal: AbortSignal.abort() });

      expect(await rejectionOf(runnable, OpTerminatedError)).to.include({ opId: OP });
    });

    it("rejects on a failed channel even when it is aborted already", async () => {
      signals$.error(new Error("the bus is gone"));

      await rejectionOf(control.whenRunnable(OP, { signal: AbortSignal.abort() }), OpControlUnavailableError);
    });

    it("resolves with false when it is aborted while it waits", async () => {
      const controller = new AbortController();
      signals$.next(pause());
      const runnable = control.whenRunnable(OP, { signal: controller.signal });
      controller.abort(new Error("no longer wanted"));

      expect(await runnable).to.equal(false);
    });

    it("takes its listener off when it settles", async () => {
      const { signal } = new AbortController();
      const listeners = () => getEventListeners(signal, "abort").length;
      signals$.next(pause());
      const runnable = control.whenRunnable(OP, { signal });
      expect(listeners()).to.equal(1);

      signals$.next(resume());
      await runnable;
      expect(listeners()).to.equal(0);

      signals$.next(terminate());
      await rejectionOf(control.whenRunnable(OP, { signal }), OpTerminatedError);
      expect(listeners()).to.equal(0);
    });
  });

  describe("on several signals in one tick", () => {
    it("lets nobody through on PAUSE, RESUME, PAUSE", async () => {
      signals$.next(pause());
      const runnable = control.whenRunnable(OP);
      signals$.next(resume());
      signals$.next(pause());
      await nextMacrotask();
      control.close();

      expect(await runnable).to.equal(false);
    });

    it("goes on waiting after it, and is let through by the next resume", async () => {
      signals$.next(pause());
      const runnable = control.whenRunnable(OP);
      signals$.next(resume());
      signals$.next(pause());
      await nextMacrotask();
      signals$.next(resume());

      expect(await runnable).to.equal(true);
    });

    it("lets nobody through who asked just before the PAUSE", async () => {
      const runnable = control.whenRunnable(OP);
      signals$.next(pause());
      await nextMacrotask();
      control.close();

      expect(await runnable).to.equal(false);
    });

    it("rejects on RESUME, TERMINATE", async () => {
      signals$.next(pause());
      const runnable = control.whenRunnable(OP);
      signals$.next(resume());
      signals$.next(terminate());

      expect(await rejectionOf(runnable, OpTerminatedError)).to.include({ opId: OP });
    });

    // Messages that share a packet reach us in one turn of the event loop, but may be some microtasks apart.
    it("never says true of an op that is paused by then, however many microtasks the PAUSE is behind", async () => {
      for (let hops = 1; hops <= 6; hops++) {
        signals$.next(pause());
        const held = control.whenRunnable(OP).then((runnable) => !runnable || !control.isPaused(OP));
        signals$.next(resume());
        void microtasks(hops).then(() => {
          signals$.next(pause());
        });
        await nextMacrotask();
        signals$.next(resume());

        expect(await held, `${hops} microtask(s) behind the RESUME`).to.equal(true);
      }
    });
  });
});

/** Resolves so that what is chained to it runs `count` microtasks from now. */
async function microtasks(count: number): Promise<void> {
  for (let index = 1; index < count; index++) await Promise.resolve();
}
