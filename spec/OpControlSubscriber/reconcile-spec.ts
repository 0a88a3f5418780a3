import { expect } from "chai";
import { NEVER, of, Subject } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { FromOptions } from "../../lib/options.js";
import type { OpRecord } from "../../lib/rest/OpRecord.js";
import { channelEvents, message, status } from "../helpers/channelMarbles.js";
import { testScheduler } from "../helpers/marbles.js";
import {
  AGENT,
  FLEET,
  OP,
  OTHER,
  pause,
  paused,
  resume,
  running,
  signals,
  statuses,
  terminated,
} from "../helpers/opControl.js";
import { errorOf, record, rejectionOf } from "../helpers/record.js";
import { recordOf } from "../helpers/records.js";
import { timesSlower } from "../helpers/timesSlower.js";
import { VirtualTime } from "../helpers/VirtualTime.js";

interface Play extends RunHelpers {
  /** A subscriber to a channel like that, which is answered one after the other, each so many ms after it has asked. */
  readonly over: (
    marbles: string,
    answers: readonly (readonly OpRecord[])[],
    options?: FromOptions & { readonly afterMs?: number },
  ) => OpControlSubscriber;
}

function play(draw: (play: Play) => void): void {
  testScheduler().run((helpers) => {
    const over: Play["over"] = (marbles, answers, { afterMs = 2, ...options } = {}) => {
      const left = [...answers];
      return OpControlSubscriber.from(new SignalObservable(helpers.hot(marbles, channelEvents)), {
        reconcile: () => helpers.cold(`${"-".repeat(afterMs)}(x|)`, { x: left.shift() ?? [] }),
        ...options,
      });
    };
    draw({ ...helpers, over });
  });
}

/** A subscriber that has these records at once whenever it asks, and the means to tell it something. */
function answered(...records: readonly OpRecord[]) {
  const source$ = new Subject<ChannelEvent>();
  const control = OpControlSubscriber.from(new SignalObservable(source$), { reconcile: () => [records] });
  const send = (...events: readonly ChannelEvent[]) => events.forEach((event) => source$.next(event));
  return { control, send };
}

const later = (opId = OP) => recordOf("running", Date.now() + 60_000, opId);

describe("OpControlSubscriber, with reconcile,", () => {
  it("pauses and terminates what the gateway says is, after each return to live", () => {
    play(({ over, expectObservable }) => {
      const control = over("cl------r--l------", [[recordOf("paused")], [recordOf("terminated")]]);
      const expected = "    r--p---------t----";
      expectObservable(control.status(OP)).toBe(expected, statuses);
    });
  });

  it("shows it in the statuses and on statuses$, and not on signals$, for nobody sent it", () => {
    play(({ over, expectObservable }) => {
      const control = over("cl---P--", [[recordOf("paused"), recordOf("terminated", 0, OTHER)]]);
      expectObservable(control.statuses$).toBe("---(pt)-", { p: paused(), t: terminated(OTHER) });
      expectObservable(control.signals$).toBe(" -----P--", signals);
      const diagnostic = { kind: "reconciled", paused: 1, resumed: 0, terminated: 1 };
      expectObservable(control.diagnostics$).toBe("---d----", { d: diagnostic });
    });
  });

  it("fails who waits for an op that was terminated meanwhile, and aborts its signal", () => {
    const { control, send } = answered(recordOf("terminated"));
    send(message(pause()));
    const waiting = record(control.awaitOp(OP));
    const signal = control.abortSignal(OP);
    send(status("live"));
    expect(waiting.end).to.be.instanceOf(OpTerminatedError).and.include({ opId: OP, scope: "op" });
    expect(signal.aborted).to.be.true;
    expect(errorOf(control.awaitOp(OP), OpTerminatedError).opId).to.equal(OP);
  });

  it("lets an op go on that the gateway says runs since, and tells who waits for it", () => {
    const { control, send } = answered(later());
    send(message(pause()));
    const waiting = record(control.awaitOp(OP));
    send(status("live"));
    expect(waiting.values).to.deep.equal([running()]);
    expect(waiting.end).to.equal("completed");
  });

  it("lifts a pause that it found itself, by what the gateway says later", () => {
    play(({ over, expectObservable }) => {
      const answers = [[recordOf("paused", 1)], [recordOf("running", 1)], [recordOf("running", 5)]];
      const control = over("l---r-l---r-l------", answers);
      const expected = "    r-p-----------r----";
      expectObservable(control.status(OP)).toBe(expected, statuses);
    });
  });

  it("lifts nothing of the agent's nor of the fleet's, whatever is said of them", () => {
    const { control, send } = answered(later(), later(AGENT), later(FLEET));
    send(message(pause(AGENT)), message(pause(OP)), status("live"));
    expect(record(control.status(OP)).values).to.deep.equal([paused(OP, "agent")]);
    send(message(resume(AGENT)));
    expect(control.isPaused(OP)).to.be.false;
    send(message(pause(FLEET)), status("reconnecting"), status("live"));
    expect(control.isPaused(OP)).to.be.true;
  });

  it("lifts no terminate, and changes nothing of an op without a record", () => {
    const { control, send } = answered(later());
    send(message({ ...pause(), signal: "TERMINATE" }), message(pause(OTHER)), status("live"));
    expect([control.isTerminated(OP), control.isPaused(OTHER)]).to.deep.equal([true, true]);
  });

  it("keeps terminated what no signal and no record can lift, once a record has said so", () => {
    play(({ over, expectObservable }) => {
      const control = over("l----R-r-l-R--", [[recordOf("terminated")], [recordOf("running", 9)]]);
      expectObservable(control.status(OP)).toBe("r-t", statuses);
    });
  });

  it("changes nothing, and says so, where it fails; signals go on", () => {
    const source$ = new Subject<ChannelEvent>();
    const control = OpControlSubscriber.from(new SignalObservable(source$), {
      reconcile: () => of(7) as never,
    });
    const diagnostics = record(control.diagnostics$);
    source$.next(status("live"));
    source$.next(message(pause()));
    expect(diagnostics.values).to.deep.equal([
      { kind: "reconcileFailed", message: "reconcile must emit lists of ops" },
    ]);
    expect(control.isPaused(OP)).to.be.true;
    expect(control.streamAlive()).to.be.true;
  });

  it("asks nobody by default", () => {
    const control = OpControlSubscriber.from(NEVER);
    expect(control.streamAlive()).to.be.true;
    control.close();
  });

  describe("gives up asking, and aborts the signal,", () => {
    /** A subscriber that has asked, and what became of the question. */
    function asking() {
      const source$ = new Subject<ChannelEvent>();
      const asked: AbortSignal[] = [];
      const control = OpControlSubscriber.from(new SignalObservable(source$), {
        whenStale: { then: "fail", graceMs: 5 },
        reconcile: (signal) => {
          asked.push(signal);
          return NEVER;
        },
      });
      source$.next(status("live"));
      expect(asked.map(({ aborted }) => aborted)).to.deep.equal([false]);
      return { source$, control, signal: asked[0]! };
    }

    for (const [when, act] of [
      ["when the channel is lost", ({ source$ }) => source$.next(status("reconnecting"))],
      ["when the channel has failed", ({ source$ }) => source$.error(new Error("gone"))],
      ["when the gateway has closed it", ({ source$ }) => source$.complete()],
      ["on close()", ({ control }) => control.close()],
    ] as const satisfies readonly (readonly [string, (asked: ReturnType<typeof asking>) => void])[]) {
      it(when, () => {
        VirtualTime.run((time) => {
          const asked = asking();
          act(asked);
          expect(asked.signal.aborted).to.be.true;
          asked.control.close();
          expect(time.pending).to.equal(0);
        });
      });
    }
  });

  describe("where somebody closes it on being told", () => {
    it("that the channel is live: nobody is asked", () => {
      const source$ = new Subject<ChannelEvent>();
      let asked = 0;
      const control = OpControlSubscriber.from(new SignalObservable(source$), {
        reconcile: () => {
          asked++;
          return [[]];
        },
      });
      control.connection$.subscribe(({ state }) => {
        if (state === "live") control.close();
      });
      source$.next(status("live"));
      expect(asked).to.equal(0);
    });

    it("what was found: what is further down lets nobody run", () => {
      const { control, send } = answered(recordOf("paused"), later(OTHER));
      send(message(pause(OTHER)));
      control.statuses$.subscribe(({ opId }) => {
        if (opId === OP) control.close();
      });
      send(status("live"));
      expect(control.isPaused(OTHER)).to.be.true;
      expect(control.isPaused(OP)).to.be.true;
    });

    it("and reconcile itself closes it", () => {
      const source$ = new Subject<ChannelEvent>();
      const control = OpControlSubscriber.from(new SignalObservable(source$), {
        reconcile: () => {
          control.close();
          return [[recordOf("paused")]];
        },
      });
      source$.next(status("live"));
      expect(control.isPaused(OP)).to.be.false;
      expect(source$.observed).to.be.false;
    });
  });

  describe("with settleMs as well", () => {
    it("lets a RESUME that still settles be stopped by what is found", () => {
      play(({ over, expectObservable }) => {
        // Paused in the gap, which nobody told: the RESUME from before it is over.
        const control = over("lP-R-r---l--------", [[], [recordOf("paused", 8)]], { settleMs: 4 });
        const expected = "    rp----------------";
        expectObservable(control.status(OP)).toBe(expected, statuses);
      });
    });

    it("lets what is found settle, as a RESUME would", () => {
      play(({ over, expectObservable }) => {
        const control = over("lP-r--l-----------", [[], [recordOf("running", 5)]], { settleMs: 4 });
        const expected = "    rp----------r-----";
        expectObservable(control.status(OP)).toBe(expected, statuses);
      });
    });
  });

  it("takes time that is linear in how many records there are", function () {
    this.timeout(30_000);
    const times = timesSlower(5_000, 50_000, (count) => {
      const records = Array.from({ length: count }, (_, index) => recordOf("paused", 0, `op:${index}`));
      const { control, send } = answered(...records);
      return () => {
        send(status("live"));
        expect(control.isPaused(`op:${count - 1}`)).to.be.true;
        control.close();
      };
    });
    expect(times).to.be.lessThan(40);
  });

  describe("and ready({ reconciled: true })", () => {
    const LIVE = { type: "status", status: { state: "live", attempt: 1, since: 0 } } as const;

    function asking(): { control: OpControlSubscriber; source$: Subject<ChannelEvent>; answer$: Subject<OpRecord[]> } {
      const source$ = new Subject<ChannelEvent>();
      const answer$ = new Subject<OpRecord[]>();
      return {
        ...{ source$, answer$ },
        control: OpControlSubscriber.from(new SignalObservable(source$), { reconcile: () => answer$ }),
      };
    }

    it("is resolved when what was found has been applied, where without it the channel is enough", async () => {
      const { control, source$, answer$ } = asking();
      let isReady = false;
      const ready = control.ready({ reconciled: true }).then(() => (isReady = true));
      source$.next(LIVE);
      await control.ready();
      expect([isReady, control.isTerminated(OP)]).to.deep.equal([false, false]);
      answer$.next([recordOf("terminated")]);
      answer$.complete();
      expect(control.isTerminated(OP)).to.be.true;
      await ready;
      await control.ready({ reconciled: true });
      control.close();
    });

    it("is resolved as well when nothing can be found out", async () => {
      const { control, source$, answer$ } = asking();
      const ready = control.ready({ reconciled: true });
      source$.next(LIVE);
      answer$.error(new Error("503"));
      await ready;
      control.close();
    });

    it("is rejected when the channel fails or is closed meanwhile", async () => {
      for (const end of ["fail", "close"] as const) {
        const { control, source$ } = asking();
        const ready = rejectionOf(control.ready({ reconciled: true }), OpControlUnavailableError);
        source$.next(LIVE);
        if (end === "fail") source$.error(new Error("over"));
        else control.close();
        await ready;
      }
    });

    it("asks for no more than the channel where there is nothing to reconcile with", async () => {
      using control = OpControlSubscriber.from(NEVER);
      await control.ready({ reconciled: true });
    });
  });
});
