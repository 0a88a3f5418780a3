import { expect } from "chai";
import { setImmediate as nextTurn } from "node:timers/promises";
import { anyAbortSignal } from "../lib/anyAbortSignal.js";
import { OpTerminatedError } from "../lib/errors.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import { followersKeptBy, listenersOf, neverAborted } from "./helpers/abortSignals.js";
import { collectEverything } from "./helpers/garbage.js";
import { usedHeapMb } from "./helpers/measure.js";
import { OP, terminate } from "./helpers/opControl.js";
import { warningsDuring } from "./helpers/warnings.js";

describe("anyAbortSignal", () => {
  let a: AbortController;
  let b: AbortController;

  beforeEach(() => {
    a = new AbortController();
    b = new AbortController();
  });

  it("is not aborted while none of them is", () => {
    using either = anyAbortSignal(a.signal, b.signal);

    expect(either.signal.aborted).to.equal(false);
  });

  for (const which of ["first", "second"] as const) {
    it(`is aborted as soon as the ${which} is, with its reason`, () => {
      using either = anyAbortSignal(a.signal, b.signal);
      const reason = new Error(`the ${which}`);

      (which === "first" ? a : b).abort(reason);

      expect(either.signal.aborted).to.equal(true);
      expect(either.signal.reason).to.equal(reason);
    });
  }

  it("keeps the reason of the one that was aborted first", () => {
    using either = anyAbortSignal(a.signal, b.signal);

    b.abort("the second");
    a.abort("the first");

    expect(either.signal.reason).to.equal("the second");
  });

  it("tells its listeners once, though all of them are aborted", () => {
    using either = anyAbortSignal(a.signal, b.signal);
    let told = 0;
    either.signal.addEventListener("abort", () => {
      told++;
      b.abort();
    });

    a.abort();
    b.abort();

    expect(told).to.equal(1);
  });

  it("has the AbortError where no reason was given", () => {
    using either = anyAbortSignal(a.signal);

    a.abort();

    expect(either.signal.reason).to.equal(a.signal.reason).and.to.have.property("name", "AbortError");
  });

  it("is aborted at once where one of them is already, and listens to none", () => {
    const reason = new Error("long ago");

    using either = anyAbortSignal(a.signal, AbortSignal.abort(reason), b.signal);

    expect(either.signal.aborted).to.equal(true);
    expect(either.signal.reason).to.equal(reason);
    expect([a, b].map(({ signal }) => listenersOf(signal))).to.deep.equal([0, 0]);
  });

  it("has the reason of the first in the list where several are aborted already", () => {
    using either = anyAbortSignal(a.signal, AbortSignal.abort("one"), AbortSignal.abort("two"));

    expect(either.signal.reason).to.equal("one");
  });

  it("is never aborted where there is none to follow", () => {
    using none = anyAbortSignal();

    expect(none.signal.aborted).to.equal(false);
  });

  it("takes the same signal twice for one", () => {
    const twice = anyAbortSignal(a.signal, a.signal);
    let told = 0;
    twice.signal.addEventListener("abort", () => told++);
    expect(listenersOf(a.signal)).to.equal(1);

    a.abort();

    expect(told).to.equal(1);
    expect(listenersOf(a.signal)).to.equal(0);
  });

  it("lets go of the same signal twice, too", () => {
    anyAbortSignal(a.signal, a.signal)[Symbol.dispose]();

    expect(listenersOf(a.signal)).to.equal(0);
  });

  it("lets go of all of them when it is disposed of, and is not aborted by that nor after it", () => {
    const either = anyAbortSignal(a.signal, b.signal);
    expect([a, b].map(({ signal }) => listenersOf(signal))).to.deep.equal([1, 1]);

    either[Symbol.dispose]();
    expect([a, b].map(({ signal }) => listenersOf(signal))).to.deep.equal([0, 0]);

    a.abort();
    expect(either.signal.aborted).to.equal(false);
  });

  it("may be disposed of twice, and after it was aborted", () => {
    const either = anyAbortSignal(a.signal);
    a.abort("enough");

    either[Symbol.dispose]();
    either[Symbol.dispose]();

    expect(either.signal.reason).to.equal("enough");
  });

  it("lets go of all of them when one is aborted, before its own listeners are told", () => {
    using either = anyAbortSignal(a.signal, b.signal);
    let kept: number[] = [];
    either.signal.addEventListener("abort", () => {
      kept = [a, b].map(({ signal }) => listenersOf(signal));
    });

    a.abort();

    expect(kept).to.deep.equal([0, 0]);
  });

  it("leaves the listeners of others alone", () => {
    let told = 0;
    a.signal.addEventListener("abort", () => told++);

    anyAbortSignal(a.signal)[Symbol.dispose]();
    a.abort();

    expect(told).to.equal(1);
  });

  it("keeps apart what is made of the same signals", () => {
    const first = anyAbortSignal(a.signal, b.signal);
    using second = anyAbortSignal(a.signal, b.signal);

    first[Symbol.dispose]();
    b.abort("enough");

    expect(first.signal.aborted).to.equal(false);
    expect(second.signal.reason).to.equal("enough");
  });

  it("follows what it has made itself", () => {
    using inner = anyAbortSignal(a.signal);
    using outer = anyAbortSignal(inner.signal, b.signal);

    a.abort("enough");

    expect(outer.signal.reason).to.equal("enough");
  });

  it("passes an op's terminate on as it is", () => {
    const control = OpControlSubscriber.from([terminate()]);
    using either = anyAbortSignal(control.abortSignal(OP), a.signal);

    expect(either.signal.reason).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "op" });
  });

  it("refuses what is no AbortSignal, and listens to none of the others then", () => {
    for (const wrong of [undefined, null, {}, a, new EventTarget(), { aborted: false }, [a.signal]]) {
      expect(() => anyAbortSignal(a.signal, wrong as never))
        .to.throw(TypeError)
        .with.property("message")
        .that.includes("signals");
    }
    expect(listenersOf(a.signal)).to.equal(0);
  });

  it("warns of no leak where a thousand follow one signal", async () => {
    const control = OpControlSubscriber.from([]);
    const signal = control.abortSignal(OP);
    const warnings = await warningsDuring(() => {
      const all = Array.from({ length: 1_000 }, () => anyAbortSignal(signal, neverAborted()));
      for (const each of all) each[Symbol.dispose]();
    });

    expect(warnings).not.to.include("MaxListenersExceededWarning");
  });

  describe("at a signal that outlives what is made of it", () => {
    const CALLS = 30_000;
    const NOISE_MB = 1.2;

    /** What so many calls leave: entries in the runtime's own bookkeeping, and memory. */
    async function leftBy(signal: AbortSignal, call: (signal: AbortSignal) => void): Promise<[number, number]> {
      for (let warmUp = 0; warmUp < 1_000; warmUp++) call(neverAborted());
      await collectEverything();
      const before = usedHeapMb();
      for (let index = 0; index < CALLS; index++) {
        call(signal);
        if (index % 1_000 === 0) await nextTurn();
      }
      await collectEverything();
      return [followersKeptBy(signal), usedHeapMb() - before];
    }

    /** The same, once more where the heap has grown: what a run before has compiled or cached is there by then. */
    async function leftInTheEndBy(signal: AbortSignal, call: (signal: AbortSignal) => void): Promise<[number, number]> {
      const first = await leftBy(signal, call);
      return first[1] < NOISE_MB ? first : leftBy(signal, call);
    }

    it("leaves nothing where each is disposed of", async () => {
      const [followers, megabytes] = await leftInTheEndBy(a.signal, (signal) => {
        using either = anyAbortSignal(signal, b.signal);
        if (either.signal.aborted) expect.fail("nothing was aborted");
      });

      expect(listenersOf(a.signal)).to.equal(0);
      expect(followers).to.equal(0);
      expect(megabytes).to.be.below(NOISE_MB);
    });

    it("leaves nothing where each is aborted by the other", async () => {
      const [followers, megabytes] = await leftInTheEndBy(a.signal, (signal) => {
        const other = new AbortController();
        anyAbortSignal(signal, other.signal);
        other.abort();
      });

      expect(listenersOf(a.signal)).to.equal(0);
      expect(followers).to.equal(0);
      expect(megabytes).to.be.below(NOISE_MB);
    });

    // The reason why it exists; newer runtimes clean up behind themselves.
    if (process.versions.node.startsWith("20.")) {
      it("is better there than AbortSignal.any, which leaves something of every call", async () => {
        const [followers, megabytes] = await leftBy(a.signal, (signal) => {
          AbortSignal.any([signal, b.signal]);
        });

        expect(followers).to.equal(CALLS);
        expect(megabytes).to.be.above(NOISE_MB);
      });
    }
  });
});
