import { expect } from "chai";
import { setImmediate as nextTurn } from "node:timers/promises";
import { aborted } from "node:util";
import { NEVER, Subject } from "rxjs";
import { anyAbortSignal } from "../lib/anyAbortSignal.js";
import { OpControlUnavailableError, OpTerminatedError } from "../lib/errors.js";
import { OpAbortSignals } from "../lib/OpAbortSignals.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../lib/opStatus.js";
import { neverAborted, runtimeKeepsWhatFollowsAFollower } from "./helpers/abortSignals.js";
import { collectedUntil, collectEverything } from "./helpers/garbage.js";
import { usedHeapMb } from "./helpers/measure.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "./helpers/opControl.js";
import { record } from "./helpers/record.js";
import { trackedBy } from "./helpers/tracked.js";
import { warningsDuring } from "./helpers/warnings.js";

describe("OpAbortSignals, which OpControlSubscriber.abortSignal hands out", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
  });

  afterEach(() => {
    control.close();
  });

  it("is not aborted while the op runs or is paused", () => {
    const signal = control.abortSignal(OP);

    signals$.next(pause());
    signals$.next(resume());
    signals$.next(pause(FLEET));

    expect(signal.aborted).to.equal(false);
    expect(signal.reason).to.equal(undefined);
  });

  for (const [scope, id] of [
    ["op", OP],
    ["agent", AGENT],
    ["fleet", FLEET],
  ] as const) {
    describe(`on a terminate of the ${scope}`, () => {
      it("is aborted with the OpTerminatedError as its reason", () => {
        const signal = control.abortSignal(OP);

        signals$.next(terminate(id));

        expect(signal.aborted).to.equal(true);
        expect(signal.reason).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope });
      });

      it("is aborted from the start where it is asked for after it", () => {
        signals$.next(terminate(id));

        const signal = control.abortSignal(OP);

        expect(signal.aborted).to.equal(true);
        expect(signal.reason).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope });
      });
    });
  }

  it("is aborted in the tick of the terminate, before signals$ tells of it", () => {
    const signal = control.abortSignal(OP);
    const seen: boolean[] = [];
    control.signals$.subscribe(() => seen.push(signal.aborted));

    signals$.next(pause());
    signals$.next(terminate());

    expect(seen).to.deep.equal([false, true]);
  });

  it("tells its listeners once", () => {
    let told = 0;
    control.abortSignal(OP).addEventListener("abort", () => told++);

    signals$.next(terminate());
    signals$.next(terminate());
    signals$.next(terminate(FLEET));

    expect(told).to.equal(1);
  });

  it("keeps each op to itself", () => {
    const signal = control.abortSignal(OTHER);

    signals$.next(terminate());

    expect(signal.aborted).to.equal(false);
  });

  it("works by what is thrown, as anything does that takes an AbortSignal", async () => {
    const work = nextTurn(undefined, { signal: control.abortSignal(OP) }).catch((error: unknown) => error);
    signals$.next(terminate());

    expect(await work).to.have.property("cause", control.abortSignal(OP).reason);
    expect(() => control.abortSignal(OP).throwIfAborted()).to.throw(OpTerminatedError);
  });

  it("is one per op while somebody holds it", async () => {
    const signal = control.abortSignal(OP);
    const other = control.abortSignal(OTHER);
    await collectEverything();

    expect(control.abortSignal(OP)).to.equal(signal);
    expect(other).not.to.equal(signal);
  });

  it("is the same one after the terminate, with the same reason", async () => {
    const signal = control.abortSignal(OP);
    signals$.next(terminate());
    const reason: unknown = signal.reason;
    await collectEverything();

    expect(control.abortSignal(OP)).to.equal(signal);
    expect(control.abortSignal(OP).reason).to.equal(reason);
  });

  it("is per subscriber", () => {
    const signal = control.abortSignal(OP);
    const elsewhere = OpControlSubscriber.from(NEVER).abortSignal(OP);

    signals$.next(terminate());

    expect([signal, elsewhere].map(({ aborted }) => aborted)).to.deep.equal([true, false]);
  });

  for (const [when, askFirst] of [
    ["for the first time", false],
    ["though it was handed out before", true],
  ] as const) {
    it(`agrees with isTerminated where it is asked for in somebody's callback, ${when}`, () => {
      const seen: boolean[][] = [];
      control.status(OP).subscribe(() => {
        if (askFirst || control.isTerminated(OP))
          seen.push([control.isTerminated(OP), control.abortSignal(OP).aborted]);
      });

      signals$.next(pause());
      signals$.next(terminate());

      expect(seen.at(-1)).to.deep.equal([true, true]);
    });
  }

  it("lets a listener that throws keep nobody from hearing of the terminate", async () => {
    const later = record(control.status(OTHER));
    const thrown = new Error("the listener's own");
    control.abortSignal(OP).addEventListener("abort", () => {
      throw thrown;
    });

    const caught = await uncaughtDuring(() => {
      signals$.next(terminate());
      signals$.next(terminate(OTHER));
    });

    expect(caught).to.deep.equal([thrown]);
    expect(later.values.map(({ state }) => state)).to.deep.equal(["running", "terminated"]);
    expect(control.abortSignal(OP).aborted).to.equal(true);
  });

  it("refuses an op id that is none", () => {
    expect(() => control.abortSignal(undefined as never)).to.throw(TypeError, "opId");
  });

  describe("when the channel has failed", () => {
    const cause = new Error("the bus is gone");

    it("is aborted with the OpControlUnavailableError", () => {
      const signal = control.abortSignal(OP);

      signals$.error(cause);

      expect(signal.reason).to.be.instanceOf(OpControlUnavailableError).and.to.include({ cause });
    });

    it("is aborted from the start where it is asked for afterwards", () => {
      signals$.error(cause);

      const signal = control.abortSignal(OP);

      expect(signal.aborted).to.equal(true);
      expect(signal.reason).to.be.instanceOf(OpControlUnavailableError).and.to.include({ cause });
    });

    it("goes on saying that the op was terminated where it was", () => {
      const signal = control.abortSignal(OP);
      signals$.next(terminate());
      signals$.next(terminate(OTHER));

      signals$.error(cause);

      expect(signal.reason).to.be.instanceOf(OpTerminatedError);
      expect(control.abortSignal(OTHER).reason).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OTHER });
    });
  });

  describe("when the subscriber is closed", () => {
    it("is not aborted", () => {
      const before = control.abortSignal(OP);

      control.close();

      expect(before.aborted).to.equal(false);
      expect(control.abortSignal(OP).aborted).to.equal(false);
      expect(control.abortSignal(OTHER).aborted).to.equal(false);
    });

    it("stays aborted where the op was terminated", () => {
      const before = control.abortSignal(OP);
      signals$.next(terminate());
      signals$.next(terminate(OTHER));

      control.close();

      for (const signal of [before, control.abortSignal(OP), control.abortSignal(OTHER)]) {
        expect(signal.reason).to.be.instanceOf(OpTerminatedError);
      }
    });

    it("leaves nothing, though the subscriber is still held", async () => {
      const given: WeakRef<AbortSignal>[] = [];
      for (let index = 0; index < 1_000; index++) given.push(new WeakRef(control.abortSignal(`op:${index}`)));
      control.close();
      for (let index = 0; index < 1_000; index++) given.push(new WeakRef(control.abortSignal(`op:${index}`)));

      const left = (): number => given.filter((signal) => signal.deref()).length;
      await collectedUntil(() => left() === 0);

      expect(left()).to.equal(0);
      expect(trackedBy(control)).to.be.empty;
    });
  });

  describe("once garbage has been collected", () => {
    it("is aborted though only its listener is left", async () => {
      const heard: unknown[] = [];
      listenTo((opId) => control.abortSignal(opId), heard);
      await collectEverything();

      signals$.next(terminate());

      expect(heard).to.have.lengthOf(1);
      expect(heard[0]).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP });
    });

    it("is aborted though only the listener of a signal is left that AbortSignal.any made of it", async () => {
      const heard: unknown[] = [];
      listenTo((opId) => AbortSignal.any([control.abortSignal(opId), neverAborted()]), heard);
      await collectEverything();

      signals$.next(terminate());

      expect(heard).to.have.lengthOf(1);
      expect(heard[0]).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP });
    });

    it("is aborted though only the listener of a signal is left that AbortSignal.any made of such a one", async function () {
      if (!(await runtimeKeepsWhatFollowsAFollower())) this.skip();
      const heard: unknown[] = [];
      listenTo((opId) => AbortSignal.any([AbortSignal.any([control.abortSignal(opId)]), neverAborted()]), heard);
      await collectEverything();

      signals$.next(terminate());

      expect(heard).to.have.lengthOf(1);
    });

    it("is aborted though only what anyAbortSignal made of it is held", async () => {
      const { signal } = anyAbortSignal(control.abortSignal(OP), neverAborted());
      await collectEverything();

      signals$.next(terminate());

      expect(signal.reason).to.be.instanceOf(OpTerminatedError);
    });

    it("is aborted though only a signal is held that AbortSignal.any made of it", async () => {
      const signal = AbortSignal.any([control.abortSignal(OP)]);
      await collectEverything();
      await collectEverything();

      signals$.next(terminate());

      expect(signal.reason).to.be.instanceOf(OpTerminatedError);
    });

    it("is aborted though only a resource is left for which util.aborted waits", async () => {
      const resource = {};
      const heard: unknown[] = [];
      waitFor(control, resource, heard);
      await collectEverything();

      signals$.next(terminate());
      await nextTurn();

      expect(heard).to.deep.equal([resource]);
    });

    it("is still heard by those who asked before and after the first one was let go", async () => {
      const heard: unknown[] = [];
      listenTo((opId) => AbortSignal.any([control.abortSignal(opId)]), heard);
      await collectEverything();
      listenTo((opId) => control.abortSignal(opId), heard);
      await collectEverything();

      signals$.next(terminate());

      expect(heard).to.have.lengthOf(2);
    });

    it("is let go where nobody holds it: the op's group completes", async () => {
      const ended = new Set<string>();
      control.ops$.subscribe((group) => {
        group.subscribe({ complete: () => ended.add(group.key) });
      });
      const held = control.abortSignal(OTHER);
      drop(control, OP);
      expect(trackedBy(control)).to.have.members([OP, OTHER]);

      await collectedUntil(() => ended.size > 0);

      expect([...ended]).to.deep.equal([OP]);
      expect(trackedBy(control)).to.deep.equal([OTHER]);
      expect(held.aborted).to.equal(false);
    });

    it("is let go where its last listener has left", async () => {
      listenOnce(control);

      await collectedUntil(() => trackedBy(control).length === 0);

      expect(trackedBy(control)).to.be.empty;
    });

    it("is let go though it was asked whether it is aborted, which AbortSignal.any asks as well", async () => {
      ask(control);

      await collectedUntil(() => trackedBy(control).length === 0);

      expect(trackedBy(control)).to.be.empty;
    });

    it("is let go where one that was made of it, and kept it, is let go", async () => {
      let follower: AbortSignal | undefined = AbortSignal.any([control.abortSignal(OP)]);
      await collectEverything();
      expect(trackedBy(control)).to.deep.equal([OP]);
      expect(follower.aborted).to.equal(false);
      follower = undefined;

      await collectedUntil(() => trackedBy(control).length === 0);

      expect(trackedBy(control)).to.be.empty;
    });

    it("is let go where the last signal made of it is", async () => {
      follow(control);

      await collectedUntil(() => trackedBy(control).length === 0);

      expect(trackedBy(control)).to.be.empty;
    });

    it("is let go of a terminated op, too, and a new one is aborted from the start", async () => {
      const first = dropTerminated(control, signals$);

      await collectedUntil(() => first.deref() === undefined);

      expect(first.deref()).to.equal(undefined);
      expect(control.abortSignal(OP).reason).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP });
    });

    it("is a new one that works when it is asked for after it was let go", async () => {
      drop(control, OP);
      await collectedUntil(() => trackedBy(control).length === 0);
      expect(trackedBy(control)).to.be.empty;

      const signal = control.abortSignal(OP);
      expect(signal.aborted).to.equal(false);
      signals$.next(terminate());

      expect(signal.reason).to.be.instanceOf(OpTerminatedError);
    });

    it("leaves a paused op's pause behind", async () => {
      drop(control, OP);
      const ended: string[] = [];
      record(control.ops$).values.forEach((group) => group.subscribe({ complete: () => ended.push(group.key) }));
      signals$.next(pause());
      await collectEverything();

      expect(control.isPaused(OP)).to.equal(true);
      expect(ended).to.be.empty;
    });
  });

  describe("where the runtime gives no way to learn that nobody is left", () => {
    let signals: OpAbortSignals;

    beforeEach(() => {
      signals = new OpAbortSignals((opId) => control.status(opId), "none");
    });

    it("is aborted though only listeners are left", async () => {
      const heard: unknown[] = [];
      listenTo((opId) => signals.get(opId), heard);
      listenTo((opId) => AbortSignal.any([signals.get(opId)]), heard);
      await collectEverything();

      signals$.next(terminate());

      expect(heard).to.have.lengthOf(2);
    });

    it("is kept while the op runs", async () => {
      const signal = new WeakRef(signals.get(OP));
      await collectEverything();

      expect(signal.deref()).to.equal(signals.get(OP));
    });

    for (const [end, bringAbout] of [
      ["the op was terminated", () => signals$.next(terminate())],
      ["the subscriber was closed", () => control.close()],
    ] as const)
      it(`is let go once ${end}`, async () => {
        const signal = handOut(signals);
        bringAbout();

        await collectedUntil(() => signal.deref() === undefined);

        expect(signal.deref()).to.equal(undefined);
      });
  });

  it("keeps nothing of tens of thousands of ops whose signal was asked for and dropped", async () => {
    const ask = async (from: number, to: number): Promise<void> => {
      for (let index = from; index < to; index++) {
        control.abortSignal(`op:${index}`);
        if (index % 500 === 0) await nextTurn();
      }
      await collectedUntil(() => trackedBy(control).length === 0);
      await collectEverything();
      expect(trackedBy(control)).to.have.lengthOf(0);
    };
    await ask(0, 5_000);
    const before = usedHeapMb();

    await ask(5_000, 25_000);

    expect(usedHeapMb() - before).to.be.below(1.7);
  }).timeout(30_000);

  it("warns of no leak where a thousand follow one op", async () => {
    const listeners: (() => void)[] = [];
    const warnings = await warningsDuring(() => {
      for (let index = 0; index < 1_000; index++) {
        control.abortSignal(OP).addEventListener("abort", () => listeners.push(() => index));
        AbortSignal.any([control.abortSignal(OP)]).addEventListener("abort", () => listeners.push(() => index));
        anyAbortSignal(control.abortSignal(OP), neverAborted());
      }
    });
    signals$.next(terminate());

    expect(listeners).to.have.lengthOf(2_000);
    expect(warnings).not.to.include("MaxListenersExceededWarning");
  });
});

// What is made in a function of its own is not kept by the test's.

/** Writes down what a signal of the op is aborted with, and keeps nothing of it. */
function listenTo(make: (opId: string) => AbortSignal, heard: unknown[]): void {
  make(OP).addEventListener("abort", ({ target }) => heard.push((target as AbortSignal).reason));
}

function drop(control: OpControlSubscriber, opId: string): void {
  control.abortSignal(opId);
}

function waitFor(control: OpControlSubscriber, resource: object, heard: unknown[]): void {
  void aborted(control.abortSignal(OP), resource).then(() => heard.push(resource));
}

function ask(control: OpControlSubscriber): void {
  for (let time = 0; time < 3; time++) expect(control.abortSignal(OP).aborted).to.equal(false);
}

function handOut(signals: OpAbortSignals): WeakRef<AbortSignal> {
  return new WeakRef(signals.get(OP));
}

function listenOnce(control: OpControlSubscriber): void {
  const listener = (): void => undefined;
  control.abortSignal(OP).addEventListener("abort", listener);
  control.abortSignal(OP).removeEventListener("abort", listener);
}

function follow(control: OpControlSubscriber): void {
  AbortSignal.any([AbortSignal.any([control.abortSignal(OP)]), neverAborted()]);
}

function dropTerminated(control: OpControlSubscriber, signals$: Subject<OpControlMessage>): WeakRef<AbortSignal> {
  const signal = new WeakRef(control.abortSignal(OP));
  signals$.next(terminate());
  return signal;
}

/** The exceptions that nobody catches, in the place of a crash. */
async function uncaughtDuring(work: () => void): Promise<unknown[]> {
  const caught: unknown[] = [];
  const listeners = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  process.on("uncaughtException", (error) => caught.push(error));
  try {
    work();
    await nextTurn();
  } finally {
    process.removeAllListeners("uncaughtException");
    for (const listener of listeners) process.on("uncaughtException", listener);
  }
  return caught;
}
