import { expect } from "chai";
import { setImmediate as nextTurn } from "node:timers/promises";
import { defer, EMPTY, lastValueFrom, NEVER, Observable, of, throwError, toArray } from "rxjs";
import { type Cleanup, cleanUp } from "../lib/cleanUp.js";
import type { Diagnostic } from "../lib/Diagnostic.js";
import { OpTerminatedError } from "../lib/errors.js";
import { testScheduler } from "./helpers/marbles.js";
import { OP } from "./helpers/opControl.js";
import { record } from "./helpers/record.js";
import { pendingTimers } from "./helpers/timers.js";

describe("cleanUp", () => {
  const error = new OpTerminatedError(OP, "fleet");
  const timedOut: Diagnostic = { kind: "cleanupTimedOut", opId: OP, message: "not done within 5 ms" };
  const failed: Diagnostic = { kind: "cleanupFailed", opId: OP, message: "disk full" };

  /** All that is told of a clean-up in real time. */
  const toldOf = (cleanup: Cleanup, opError = error, timeoutMs = 60_000): Promise<Diagnostic[]> =>
    lastValueFrom(cleanUp(cleanup, opError, timeoutMs).pipe(toArray()));

  it("is not started before it is subscribed", () => {
    let calls = 0;
    const outcome$ = cleanUp(() => calls++, error, 5);
    expect(calls).to.equal(0);

    record(outcome$).subscription.unsubscribe();
    expect(calls).to.equal(1);
  });

  it("hands the error over", () => {
    const given: unknown[] = [];

    record(cleanUp((...args) => given.push(args), error, 5)).subscription.unsubscribe();

    expect(given).to.deep.equal([[error]]);
  });

  it("tells nothing of a clean-up that is done in time, and completes with it", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold("---|");
      const subs = "     ^--!";
      const expected = " ---|";

      expectObservable(cleanUp(() => work, error, 5)).toBe(expected);
      expectSubscriptions(work.subscriptions).toBe(subs);
    });
  });

  it("takes no value for the end of it", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold("-a-a-a-");
      const subs = "     ^----! ";
      const expected = " -----(t|)";

      expectObservable(cleanUp(() => work, error, 5)).toBe(expected, { t: timedOut });
      expectSubscriptions(work.subscriptions).toBe(subs);
    });
  });

  it("tells of a clean-up that hangs when its time is up, and does not wait any longer", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const work = cold("-------|");
      const subs = "     ^----!--";
      const expected = " -----(t|)";

      expectObservable(cleanUp(() => work, error, 5)).toBe(expected, { t: timedOut });
      expectSubscriptions(work.subscriptions).toBe(subs);
    });
  });

  it("tells of one that never ends", () => {
    testScheduler().run(({ expectObservable }) => {
      expectObservable(cleanUp(() => NEVER, error, 5)).toBe("5ms (t|)", { t: timedOut });
    });
  });

  it("is not told to have timed out when it is done within its last millisecond", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const work = cold("----|");
      const expected = " ----|";

      expectObservable(cleanUp(() => work, error, 5)).toBe(expected);
    });
  });

  it("is done when it has returned, where it returns nothing to wait for", () => {
    testScheduler().run(({ expectObservable }) => {
      for (const returned of [undefined, 0, "done", { then: "not a function" }, [1, 2]]) {
        expectObservable(cleanUp(() => returned, error, 5)).toBe("|");
      }
    });
  });

  it("may take no time at all", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const message = "not done within 0 ms";

      expectObservable(cleanUp(() => cold("-|"), error, 0)).toBe("(t|)", { t: { ...timedOut, message } });
      expectObservable(cleanUp(() => EMPTY, error, 0)).toBe("|");
    });
  });

  it("tells of one that throws, at once", () => {
    const cleanup = (): void => {
      throw new Error("disk full");
    };
    testScheduler().run(({ expectObservable }) => {
      expectObservable(cleanUp(cleanup, error, 5)).toBe("(f|)", { f: failed });
    });
  });

  it("tells of an Observable that errors, when it does", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const work = cold("-a-#", undefined, new Error("disk full"));
      const expected = " ---(f|)";

      expectObservable(cleanUp(() => work, error, 5)).toBe(expected, { f: failed });
    });
  });

  it("waits for a Promise", async () => {
    let done = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      done = resolve;
    });
    const outcome = record(cleanUp(() => work, error, 60_000));

    await nextTurn();
    expect(outcome.end).to.equal(undefined);

    done();
    await nextTurn();
    expect(outcome).to.deep.include({ values: [], end: "completed" });
  });

  it("tells of a Promise that is rejected", async () => {
    expect(await toldOf(() => Promise.reject(new Error("disk full")))).to.deep.equal([failed]);
  });

  it("waits for whatever can be awaited", async () => {
    const thenable: PromiseLike<never> = {
      then: (_, onRejected) => Promise.resolve(onRejected?.(new Error("disk full")) as never),
    };

    expect(await toldOf(() => thenable)).to.deep.equal([failed]);
  });

  it("waits for it, too, where its then returns nothing", async () => {
    const thenable = { then: (onFulfilled: () => void) => void setImmediate(onFulfilled) };

    expect(await toldOf(() => thenable)).to.deep.equal([]);
  });

  it("tells of a Promise that hangs", async () => {
    const outcome = await toldOf(() => new Promise(() => undefined), error, 1);

    expect(outcome).to.deep.equal([{ kind: "cleanupTimedOut", opId: OP, message: "not done within 1 ms" }]);
  });

  it("never errors, whatever it is given", async () => {
    const hostile = {
      get then() {
        throw new Error("disk full");
      },
    };

    expect(await toldOf(() => hostile)).to.deep.equal([failed]);
  });

  it("makes what it tells printable", async () => {
    const outcome = await toldOf(
      () => {
        throw new Error("\u001b[2Jgone\n");
      },
      new OpTerminatedError("trace\n:span", "op"),
    );

    expect(outcome).to.deep.equal([
      { kind: "cleanupFailed", opId: "trace\\u000a:span", message: "\\u001b[2Jgone\\u000a" },
    ]);
  });

  it("can tell of something thrown that cannot be shown", async () => {
    const outcome = await toldOf(() => Promise.reject(Object.create(null) as Error));

    expect(outcome).to.deep.equal([{ ...failed, message: "something that cannot be shown" }]);
  });

  for (const [what, cleanup] of [
    ["is done", () => EMPTY],
    ["has returned", () => undefined],
    ["has thrown", () => throwError(() => new Error("disk full"))],
  ] as const) {
    it(`has no timer left when it ${what}`, async () => {
      await nextTurn();
      const timers = pendingTimers();
      const outcome = record(cleanUp(cleanup, error, 60_000));
      await nextTurn();

      expect(outcome.end).to.equal("completed");
      expect(pendingTimers()).to.equal(timers);
    });
  }

  it("is unsubscribed with its timer when nobody wants to know any longer", () => {
    const timers = pendingTimers();
    let unsubscribed = false;
    const hung$ = new Observable(() => () => {
      unsubscribed = true;
    });

    const { subscription, values } = record(cleanUp(() => hung$, error, 60_000));
    expect(pendingTimers()).to.equal(timers + 1);
    subscription.unsubscribe();

    expect(unsubscribed).to.equal(true);
    expect(values).to.be.empty;
    expect(pendingTimers()).to.equal(timers);
  });

  it("is started anew by each who subscribes", () => {
    let calls = 0;
    const outcome$ = cleanUp(() => defer(() => of(calls++)), error, 5);

    record(outcome$);
    record(outcome$);

    expect(calls).to.equal(2);
  });
});
