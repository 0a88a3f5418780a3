import { expect } from "chai";
import { Subject } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { channelEvents } from "../helpers/channelMarbles.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, pause, resume, running, signals, statuses } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { VirtualTime } from "../helpers/VirtualTime.js";

const settleMs = 3;

interface Play extends RunHelpers {
  /** A subscriber to signals that come like that. */
  readonly over: (marbles: string) => OpControlSubscriber;
}

function play(draw: (play: Play) => void): void {
  testScheduler().run((helpers) => {
    draw({ ...helpers, over: (marbles) => OpControlSubscriber.from(helpers.hot(marbles, signals), { settleMs }) });
  });
}

describe("OpControlSubscriber, with settleMs,", () => {
  it("heeds PAUSE and TERMINATE at once, and a RESUME when nothing further has come for so long", () => {
    play(({ over, expectObservable }) => {
      const control = over("  -P-R-----P--T--");
      const expectedA = "     -P----R--P--T--";
      const expectedB = "     rp----r--p--t--";
      expectObservable(control.signals$).toBe(expectedA, signals);
      expectObservable(control.status(OP)).toBe(expectedB, statuses);
    });
  });

  it("lets no waiter through between a RESUME and a PAUSE that follow each other", () => {
    play(({ over, expectObservable }) => {
      const control = over(" PR-P-RP---RT----");
      const asked = "       -^--------------";
      const expected = "    -----------#----";
      expectObservable(control.awaitOp(OP), asked).toBe(expected, {}, new OpTerminatedError(OP, "op"));
    });
  });

  it("lets no waiter through who comes while a RESUME settles, before it has", () => {
    play(({ over, expectObservable }) => {
      const control = over(" P-R------");
      const asked = "       ---^------";
      const expected = "    -----(r|)-";
      expectObservable(control.awaitOp(OP), asked).toBe(expected, { r: running() });
    });
  });

  it("heeds no RESUME that still settles when the channel ends", () => {
    play(({ over, expectObservable }) => {
      expectObservable(over("-P-R|").status(OP)).toBe("rp--|", statuses);
    });
  });

  it("heeds none that settles when it is closed, and has no timer left", () => {
    VirtualTime.run((time) => {
      const source$ = new Subject<OpControlMessage>();
      const control = OpControlSubscriber.from(source$, { settleMs: 100 });
      for (const signal of [pause(), resume()]) source$.next(signal);
      expect(time.pending).to.be.greaterThan(0);
      control.close();
      expect(time.pending).to.equal(0);
      time.pass(1_000);
      expect(control.isPaused(OP)).to.be.true;
    });
  });

  it("counts live time only: what settles when the channel is lost settles anew", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("   lP-R-r------l------", channelEvents);
      const expected = "     rp-------------r---";
      const control = OpControlSubscriber.from(new SignalObservable(source), { settleMs });
      expectObservable(control.status(OP)).toBe(expected, statuses);
    });
  });

  it("says so when more RESUMEs wait than there is room for", () => {
    const source$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(source$, { settleMs: 1_000, maxTrackedOps: 1 });
    const { values } = record(control.diagnostics$);
    for (const opId of ["a", "b"]) source$.next(resume(opId));
    expect(values).to.deep.equal([{ kind: "settleSaturated", maxTrackedOps: 1 }]);
    control.close();
  });

  it("has nothing wait where it is 0, the default", () => {
    const source$ = new Subject<OpControlMessage>();
    for (const options of [{}, { settleMs: 0 }]) {
      const control = OpControlSubscriber.from(source$, options);
      source$.next(pause());
      source$.next(resume());
      expect(control.isPaused(OP)).to.be.false;
      control.close();
    }
  });
});
