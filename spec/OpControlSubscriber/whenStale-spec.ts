import { expect } from "chai";
import { NEVER } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import type { ChannelState, ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { WhenStaleOptions } from "../../lib/options.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, OTHER, pause, paused, resume, running, terminate } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const channel = (state: ChannelState): ChannelEvent => ({ type: "status", status: { state, attempt: 1, since: 0 } });
const message = (given: unknown): ChannelEvent => ({ type: "message", message: given });

/** A channel that connects, is live and is lost, with signals to the op. */
const events = {
  c: channel("connecting"),
  l: channel("live"),
  r: channel("reconnecting"),
  P: message(pause()),
  R: message(resume()),
  T: message(terminate()),
};

/** Who is told after which so many ms. */
const graceMs = 3;

const values = { r: running(), h: paused(OP, "channel"), p: paused() };

function play(
  then: WhenStaleOptions["then"],
  draw: (helpers: RunHelpers & { readonly over: (marbles: string) => OpControlSubscriber }) => void,
): void {
  testScheduler().run((helpers) => {
    const whenStale = { then, graceMs };
    const over = (marbles: string) =>
      OpControlSubscriber.ofSource(helpers.hot(marbles, events), { maxTrackedOps: 10, whenStale });
    draw({ ...helpers, over });
  });
}

describe("OpControlSubscriber, when the channel is stale,", () => {
  describe('and is to "hold",', () => {
    it("pauses every op after graceMs, and lifts that when the channel is live", () => {
      play("hold", ({ over, expectObservable }) => {
        const control = over("cl--r-------l----");
        const expected = "    r-------h---r----";
        expectObservable(control.status(OP)).toBe(expected, values);
      });
    });

    it("holds nothing while the channel comes back in time", () => {
      play("hold", ({ over, expectObservable }) => {
        const control = over("cl--r--l--r--l---");
        const expected = "    r----------------";
        expectObservable(control.status(OP)).toBe(expected, values);
      });
    });

    it("counts from the start: where the channel was never live nobody runs for ever", () => {
      play("hold", ({ over, expectObservable }) => {
        const control = over("c-------l--");
        const expected = "    r---h---r--";
        expectObservable(control.status(OP)).toBe(expected, values);
      });
    });

    it("lets nobody through while it holds, and everybody when the channel is live again", () => {
      play("hold", ({ over, expectObservable }) => {
        const control = over("cl--r-------l-----");
        const asked = "       ----------^-------";
        const expected = "    ------------(r|)";
        expectObservable(control.awaitOp(OP), asked).toBe(expected, values);
      });
    });

    it("lets nobody run who is closed by the one who hears first that the channel is live again", () => {
      play("hold", ({ over, flush }) => {
        const control = over("cl--r-------l----");
        const told = record(control.status(OP));
        control.connection$.subscribe(({ state }) => {
          if (state === "live" && control.isPaused(OP)) control.close();
        });
        flush();
        expect(told.values).to.deep.equal([running(), paused(OP, "channel")]);
        expect(told.end).to.equal("completed");
        expect(control.isPaused(OP)).to.be.true;
      });
    });

    it("keeps what was paused paused when the hold is lifted, and terminates at once what is terminated meanwhile", () => {
      play("hold", ({ over, expectObservable, flush }) => {
        const control = over("cl-P-r-------l-T");
        const asked = "       -----------^----";
        const expected = "    -------------(r|)";
        expectObservable(control.awaitOp(OTHER), asked).toBe(expected, { r: running(OTHER) });
        const told = record(control.status(OP));
        flush();
        expect(told.values.map(({ state }) => state)).to.deep.equal(["running", "paused", "terminated"]);
      });
    });
  });

  describe('and is to "fail",', () => {
    it("fails for good after graceMs: every status stream errors, and tells nothing before that", () => {
      play("fail", ({ over, expectObservable }) => {
        const control = over("cl--r-------l----");
        const expected = "    r-------#";
        const error = new OpControlUnavailableError(
          "the channel has failed: the channel was not live for 3 ms (whenStale)",
        );
        expectObservable(control.status(OP)).toBe(expected, values, error);
        expectObservable(control.awaitOp(OP), "----------^").toBe("----------#", values, error);
      });
    });

    it("says failed on connection$, lets go of the source, and still reports what is terminated", () => {
      play("fail", ({ hot, expectSubscriptions, flush }) => {
        const source = hot("cl-T-r-------l----", events);
        const control = OpControlSubscriber.ofSource(source, {
          maxTrackedOps: 10,
          whenStale: { then: "fail", graceMs },
        });
        const states = record(control.connection$);
        expectSubscriptions(source.subscriptions).toBe("^--------!");
        flush();
        expect(states.values.map(({ state }) => state)).to.deep.equal([
          "connecting",
          "connecting",
          "live",
          "reconnecting",
          "failed",
        ]);
        expect(errorOf(control.awaitOp(OP), OpTerminatedError).opId).to.equal(OP);
        expect(errorOf(control.awaitOp(OTHER), OpControlUnavailableError).cause).to.be.instanceOf(Error);
      });
    });

    it("does not fail a channel that has been closed before", () => {
      play("fail", ({ over, cold, flush }) => {
        const control = over("cl--r-------");
        cold("-----x").subscribe(() => {
          control.close();
        });
        const states = record(control.connection$);
        flush();
        expect(states.values.at(-1)?.state).to.equal("closed");
        expect(states.end).to.equal("completed");
      });
    });
  });

  describe('and is to "proceed",', () => {
    it("changes no status", () => {
      play("proceed", ({ over, expectObservable }) => {
        const control = over("cl--r-------l----");
        expectObservable(control.status(OP)).toBe("r----------------", values);
      });
    });
  });

  for (const then of ["hold", "fail", "proceed"] as const) {
    it(`says so on diagnostics$ where it is to ${then}, once each time`, () => {
      play(then, ({ over, flush }) => {
        const control = over("cl--r--l--r-------l-r-------");
        const diagnostics = record(control.diagnostics$);
        flush();
        const stale = { kind: "stale", graceMs, then };
        expect(diagnostics.values).to.deep.equal(then === "fail" ? [stale] : [stale, stale]);
      });
    });
  }

  for (const [how, marbles] of [
    ["has failed", "cl-r-#"],
    ["was closed by the gateway", "cl-r-|"],
  ] as const) {
    it(`does not become stale once it ${how}, nor has a timer left`, () => {
      play("hold", ({ over, flush }) => {
        const control = over(marbles);
        const diagnostics = record(control.diagnostics$);
        flush();
        expect(diagnostics.values).to.deep.equal([]);
        expect(control.isPaused(OP)).to.be.false;
      });
    });
  }

  it("fails once only, and for what came first", () => {
    play("fail", ({ over, flush }) => {
      const control = over("cr-#");
      const states = record(control.connection$);
      flush();
      expect(states.values.filter(({ state }) => state === "failed")).to.have.length(1);
      expect(errorOf(control.awaitOp(OP), OpControlUnavailableError).message).to.equal("the channel has failed: error");
    });
  });

  it("does nothing of it by default, for however long", () => {
    testScheduler().run(({ expectObservable }) => {
      const control = OpControlSubscriber.ofSource(NEVER, { maxTrackedOps: 10, whenStale: { then: "proceed" } });
      expectObservable(control.status(OP), "^ 100s !").toBe("r", values);
      expectObservable(control.diagnostics$, "^ 100s !").toBe("-");
    });
  });

  it("stops counting on close, so that no timer keeps the process", () => {
    testScheduler().run(({ flush, cold }) => {
      const control = OpControlSubscriber.ofSource(NEVER, {
        maxTrackedOps: 10,
        whenStale: { then: "hold", graceMs: 1e6 },
      });
      cold("-x").subscribe(() => {
        control.close();
      });
      flush();
      expect(control.isPaused(OP)).to.be.false;
    });
  });
});

describe("OpControlSubscriber, when the channel is lost,", () => {
  const lost = (status: Partial<ChannelStatus>): ChannelEvent => ({
    type: "status",
    status: { state: "reconnecting", attempt: 2, since: 0, ...status },
  });

  it("says on diagnostics$ which attempt comes when, and why, once for each wait", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot<ChannelEvent>("clwrwl", {
        ...events,
        w: lost({ retryInMs: 7, lastError: "gone" }),
        r: lost({ lastError: "gone" }),
      });
      const control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 10, whenStale: { then: "proceed" } });
      const told = { kind: "reconnect", attempt: 2, retryInMs: 7, message: "gone" };
      expectObservable(control.diagnostics$).toBe("--d-d-", { d: told });
    });
  });

  it("passes on what else the source has to tell", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const diagnostic = { kind: "handover", reason: "age" } as const;
      const source = hot<ChannelEvent>("l-d-", { ...events, d: { type: "diagnostic", diagnostic } });
      const control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 10, whenStale: { then: "proceed" } });
      expectObservable(control.diagnostics$).toBe("--d-", { d: diagnostic });
    });
  });

  it("keeps what is paused paused and what is terminated terminated, and lets run what runs", () => {
    testScheduler().run(({ hot, flush }) => {
      const source = hot("cl-P-r---r--l--r--", events);
      const control = OpControlSubscriber.ofSource(source, { maxTrackedOps: 10, whenStale: { then: "proceed" } });
      const told = record(control.status(OP));
      const others = record(control.awaitOp(OTHER));
      flush();
      expect(told.values.map(({ state }) => state)).to.deep.equal(["running", "paused"]);
      expect(others.end).to.equal("completed");
      expect(control.isPaused(OP)).to.be.true;
      expect(control.streamAlive()).to.be.false;
    });
  });
});
