import { expect } from "chai";
import fc from "fast-check";
import { EMPTY, map, NEVER, Observable, Subject } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import { mergeSources } from "../../lib/channel/mergeSources.js";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import type { OpControlMessage, OpControlSignal } from "../../lib/opStatus.js";
import { channelEvents, message, status } from "../helpers/channelMarbles.js";
import { testScheduler } from "../helpers/marbles.js";
import { MergeModel } from "../helpers/MergeModel.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, signals } from "../helpers/opControl.js";
import { OpModel } from "../helpers/OpModel.js";
import { record } from "../helpers/record.js";
import { runs, runsTimeoutMs } from "../helpers/runs.js";
import { VirtualTime } from "../helpers/VirtualTime.js";

/** How far a source may lag behind another. */
const LAG_MS = 1_000;

const ended = (message: string): ChannelEvent => ({ type: "diagnostic", diagnostic: { kind: "sourceEnded", message } });

const events: Readonly<Record<string, ChannelEvent>> = {
  ...channelEvents,
  x: ended("it was closed"),
  y: ended("gone"),
  d: { type: "diagnostic", diagnostic: { kind: "handover", reason: "age" } },
};

const gone = new Error("gone");

type Step =
  | { readonly do: "say"; readonly source: number; readonly opId: string; readonly signal: OpControlSignal }
  | { readonly do: "lose" | "win" | "complete" | "fail"; readonly source: number }
  | { readonly do: "pass"; readonly ms: number };

interface Play extends RunHelpers {
  /** Sources with a state, merged: what they tell in one. */
  readonly merged: (...sources: readonly string[]) => Observable<ChannelEvent>;
}

/** Plays in virtual time. Since when a state is, is for MergedChannel's specs. */
function play(draw: (play: Play) => void): void {
  testScheduler().run((helpers) => {
    draw({
      ...helpers,
      merged: (...sources) =>
        mergeSources(
          ...sources.map((marbles) => new SignalObservable(helpers.hot(marbles, events, gone))),
        ).events$.pipe(map(sinceTheEpoch)),
    });
  });
}

function sinceTheEpoch(event: ChannelEvent): ChannelEvent {
  return event.type === "status" ? { ...event, status: { ...event.status, since: 0 } } : event;
}

describe("mergeSources", () => {
  it("is live when one of them is, and passes on what stops from each", () => {
    play(({ merged, expectObservable }) => {
      const a = "       c-l--P------r--";
      const b = "       c---l----T-----";
      const expected = "c-l--P---T-----";
      expectObservable(merged(a, b)).toBe(expected, events);
    });
  });

  it("is lost when none of them is live any more, and live again with the first", () => {
    play(({ merged, expectObservable }) => {
      const a = "       cl---r----l--r--";
      const b = "       c-l---r--------l";
      const expected = "cl----r---l--r-l";
      expectObservable(merged(a, b)).toBe(expected, events);
    });
  });

  describe("lets an op go on", () => {
    it("when each that has paused it has resumed it", () => {
      play(({ merged, expectObservable }) => {
        const a = "       l-P---R----";
        const b = "       l--P----R--";
        const expected = "l-PP----R--";
        expectObservable(merged(a, b)).toBe(expected, events);
      });
    });

    it("when the only one that has paused it has", () => {
      play(({ merged, expectObservable }) => {
        expectObservable(merged("l-P-R-", "l-----")).toBe("l-P-R-", events);
      });
    });

    it("and not when one that lags says late what is over: the other one's last word stands", () => {
      play(({ merged, expectObservable }) => {
        const a = "       lPRP---------R----";
        const b = "       l----PRP-------R--";
        const expected = "lPRP-P-P-------R--";
        expectObservable(merged(a, b)).toBe(expected, events);
      });
    });
  });

  describe("when one of them is lost", () => {
    it("lets an op go on, that the other one resumes, once that has surely heard all that the lost one had", () => {
      play(({ merged, expectObservable }) => {
        const a = "       lP---------- 1s -R--";
        const b = "       l-P---r----- 1s ----";
        const expected = "lPP--------- 1s -R--";
        expectObservable(merged(a, b)).toBe(expected, events);
      });
    });

    it("takes for good what the other one has resumed before, or shortly after", () => {
      for (const [a, b] of [
        ["lP-R------", "l-P---r---"],
        ["lP-----R--", "l-P---r---"],
        ["lP-----R--", "l-P---(r|)"],
        ["lP-----R--", "l-P---#---"],
      ] as const) {
        play(({ merged, expectObservable }) => {
          const end = b.includes("|") ? "x" : b.includes("#") ? "y" : "-";
          expectObservable(merged(`${a} 2s -`, b)).toBe(`lPP---${end} 999ms R--`, events);
        });
      }
    });

    it("lifts nothing by itself", () => {
      play(({ merged, expectObservable }) => {
        expectObservable(merged("l----- 2s -", "l-P-r- 2s -")).toBe("l-P---", events);
        expectObservable(merged("lP---- 2s -", "l-P-r- 2s -")).toBe("lPP---", events);
      });
    });

    it("lifts nothing when all are, nor by what was resumed before that", () => {
      play(({ merged, expectObservable }) => {
        const a = "       lP-R-r---- 2s l- 2s -R";
        const b = "       l-P--r---- 2s -- 2s --";
        const expected = "lPP--r---- 2s l- 2s -R";
        expectObservable(merged(a, b)).toBe(expected, events);
      });
    });

    it("heeds what it says when it is back", () => {
      play(({ merged, expectObservable }) => {
        const a = "       lP----------R- 2s -----";
        const b = "       l-P-r-l-P-R--- 2s -----";
        const expected = "lPP-----P---R- 2s -----";
        expectObservable(merged(a, b)).toBe(expected, events);
        const c = "       lP----------R- 2s -----";
        const d = "       l-P-r-l-P----- 2s ---R-";
        const kept = "    lPP-----P----- 2s ---R-";
        expectObservable(merged(c, d)).toBe(kept, events);
      });
    });

    it("says so, where the others are live", () => {
      play(({ hot, expectObservable }) => {
        const lost = status("reconnecting", { attempt: 2, retryInMs: 7, lastError: "gone" });
        const diagnostic = { kind: "reconnect", attempt: 2, retryInMs: 7, message: "gone" } as const;
        const [a, b] = ["l----", "l-w-l"].map((marbles) => new SignalObservable(hot(marbles, { ...events, w: lost })));
        const told$ = mergeSources(a!, b!).events$;
        expectObservable(told$).toBe("l-d--", { ...events, d: { type: "diagnostic", diagnostic } });
      });
    });
  });

  describe("when one of them is over", () => {
    it("goes on with the others, and says why that one is", () => {
      play(({ merged, expectObservable }) => {
        expectObservable(merged("cl--P--R-", "c-#------")).toBe("cly-P--R-", events);
        expectObservable(merged("cl--P--R-", "c-|------")).toBe("clx-P--R-", events);
      });
    });

    it("is not live where that was the only one that was", () => {
      play(({ merged, expectObservable }) => {
        const a = "       c---------l";
        const b = "       cl-|       ";
        const expected = "cl-(xr)---l";
        expectObservable(merged(a, b)).toBe(expected, events);
      });
    });

    it("is over when all are: completed, or errored with the first error", () => {
      play(({ merged, expectObservable }) => {
        expectObservable(merged("c--|", "c-|")).toBe("c-x|", events);
        expectObservable(merged("c--|", "c-#")).toBe("c-y#", events, gone);
        expectObservable(merged("c--#", "c-|")).toBe("c-x#", events, gone);
      });
    });

    it("does not wait for what was still to be forgotten", () => {
      play(({ merged, expectObservable }) => {
        expectObservable(merged("lP-----|", "l-P-|")).toBe("lPP-x--|", events);
      });
    });
  });

  it("passes on each one's diagnostics, and what is no signal", () => {
    play(({ hot, expectObservable }) => {
      const known = { ...events, m: message({ opId: OP, signal: 0 }) };
      const [a, b] = ["l-d--m-", "l--d--m"].map((marbles) => new SignalObservable(hot(marbles, known)));
      expectObservable(mergeSources(a!, b!).events$).toBe("l-dd-mm", known);
    });
  });

  it("takes what has no state of its own for live until it ends", () => {
    play(({ cold, expectObservable }) => {
      const signals$ = cold("--P-R-|", signals);
      const lost$ = new SignalObservable(cold("c--r---------", events));
      expectObservable(mergeSources(signals$, lost$).events$.pipe(map(sinceTheEpoch))).toBe("l-P-R-(xr)", events);
    });
  });

  it("hears all of a source that is over at once, and goes on with those behind it", () => {
    const sources = [[pause()], [resume(OTHER)], NEVER];
    const { values, end } = record(mergeSources(...sources).events$);
    const told = values.map((event) =>
      event.type === "message" ? (event.message as OpControlMessage).signal : event.type,
    );
    expect(told).to.deep.equal([
      "status",
      "PAUSE",
      "diagnostic",
      "status",
      "status",
      "RESUME",
      "diagnostic",
      "status",
      "status",
    ]);
    expect(values.at(-1)).to.have.nested.property("status.state", "live");
    expect(end).to.be.undefined;
    expect(record(mergeSources([pause()], EMPTY)).end).to.equal("completed");
  });

  it("takes the same source twice for two", () => {
    const source$ = new Subject<OpControlMessage>();
    const { values } = record(mergeSources(source$, source$));
    for (const signal of [pause(), resume(), pause(OTHER)]) source$.next(signal);
    expect(values).to.deep.equal([pause(), pause(), resume(), pause(OTHER), pause(OTHER)]);
  });

  it("merges what is merged", () => {
    play(({ cold, expectObservable, expectSubscriptions }) => {
      const sources = ["cl-P-----R---", "c--l-P-----R-", "cl----P---R--"].map((marbles) => cold(marbles, events));
      const [a, b, c] = sources.map((source) => new SignalObservable(source));
      const told$ = mergeSources(a!, mergeSources(b!, c!)).events$.pipe(map(sinceTheEpoch));
      expectObservable(told$).toBe("cl-P-PP----R-", events);
      for (const { subscriptions } of sources) expectSubscriptions(subscriptions).toBe("^");
    });
  });

  it("opens each of them per subscription, and lets go of all with it, the waits included", () => {
    VirtualTime.run((time) => {
      const open = new Set<number>();
      let opened = 0;
      const source$ = new SignalObservable(
        new Observable((subscriber) => {
          const id = ++opened;
          open.add(id);
          for (const event of [status("live"), message(pause()), status("reconnecting")]) subscriber.next(event);
          return () => open.delete(id);
        }),
      );
      const merged$ = mergeSources(source$, source$);
      expect(opened).to.equal(0);
      const [one, other] = [record(merged$), record(merged$)];
      expect([...open]).to.deep.equal([1, 2, 3, 4]);
      expect(time.pending).to.equal(4);
      one.subscription.unsubscribe();
      expect([...open]).to.deep.equal([3, 4]);
      other.subscription.unsubscribe();
      expect([open.size, time.pending]).to.deep.equal([0, 0]);
    });
  });

  it("tells in order what comes of telling it: the last status is the one that holds", () => {
    const [a$, b$] = [new Subject<ChannelEvent>(), new Subject<ChannelEvent>()];
    const told: string[] = [];
    mergeSources(new SignalObservable(a$), new SignalObservable(b$)).events$.subscribe((event) => {
      told.push(event.type === "status" ? event.status.state : event.type);
      // Told of the end of one, somebody brings the other one back.
      if (event.type === "diagnostic") b$.next(status("live"));
    });
    a$.next(status("live"));
    a$.complete();
    expect(told).to.deep.equal(["live", "diagnostic", "reconnecting", "live"]);
  });

  it("refuses to merge nothing, or what is no source, at once", () => {
    expect(() => mergeSources()).to.throw(TypeError, "sources must be at least one");
    for (const given of [undefined, null, 7, {}]) {
      expect(() => mergeSources(NEVER, given as never)).to.throw(TypeError);
    }
  });

  it("does as its model, for random words, losses and ends: no stop delayed, no op let run against a last word", function () {
    this.timeout(runsTimeoutMs(20_000));
    const source = fc.nat(2);
    const say = (opId: fc.Arbitrary<string>, ...signals: OpControlSignal[]) =>
      fc.record({ do: fc.constant("say"), source, opId, signal: fc.constantFrom(...signals) });
    const scope = fc.constantFrom(OP, OP, OP, OTHER, AGENT, "agent:by-another-name", FLEET);
    const step = fc.oneof(
      { weight: 12, arbitrary: say(scope, "PAUSE", "PAUSE", "RESUME", "RESUME", "RESUME") },
      { weight: 1, arbitrary: say(fc.constantFrom(OP, OTHER), "TERMINATE") },
      { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("lose", "win", "win"), source }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("complete", "fail"), source }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant("pass"), ms: fc.constantFrom(1, 400, 999, 1_000) }) },
    ) as fc.Arbitrary<Step>;
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 3 }), fc.array(step, { maxLength: 40, size: "max" }), (size, steps) => {
        VirtualTime.run((time) => {
          const subjects = Array.from({ length: size }, () => new Subject<ChannelEvent>());
          const model = new MergeModel(LAG_MS);
          const acted = new OpModel();
          const states = subjects.map(() => "connecting");
          let state = "";
          let end = "";
          mergeSources(...subjects.map((subject) => new SignalObservable(subject))).events$.subscribe({
            next: (event) => {
              if (event.type === "message") acted.apply(event.message as OpControlMessage);
              if (event.type === "status") state = event.status.state;
            },
            error: () => (end = "failed"),
            complete: () => (end = "closed"),
          });
          const lose = (index: number, state: string) => {
            states[index] = state;
            model.lose(index, time.now);
          };
          const act = (given: Exclude<Step, { do: "pass" }>, index: number) => {
            const subject = subjects[index]!;
            switch (given.do) {
              case "win":
                states[index] = "live";
                subject.next(status("live"));
                break;
              case "lose":
                lose(index, "reconnecting");
                subject.next(status("reconnecting"));
                break;
              case "complete":
                lose(index, "closed");
                subject.complete();
                break;
              case "fail":
                lose(index, "failed");
                subject.error(gone);
                break;
              case "say": {
                const said = { opId: given.opId, signal: given.signal, sequence: 0n };
                model.say(index, said);
                subject.next(message(said));
              }
            }
          };
          subjects.forEach((_, source) => act({ do: "win", source }, source));
          for (const given of steps) {
            if (given.do === "pass") {
              time.pass(given.ms);
              model.forget(time.now);
            } else if (!isOver(states[given.source % size])) {
              act(given, given.source % size);
            }
            for (const opId of [OP, OTHER, AGENT, FLEET]) {
              if (!end) expect(acted.ownStateOf(opId), opId).to.equal(model.stateOf(opId));
            }
            const isAllOver = states.every(isOver);
            expect(end).to.equal(isAllOver ? (states.includes("failed") ? "failed" : "closed") : "");
            if (!isAllOver) expect(state === "live").to.equal(states.includes("live"));
          }
        });
      }),
      { numRuns: runs(1_500) },
    );
  });
});

function isOver(state: string | undefined): boolean {
  return state === "failed" || state === "closed";
}
