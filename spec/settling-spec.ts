import { expect } from "chai";
import fc from "fast-check";
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";
import { Subject } from "rxjs";
import type { RunHelpers } from "rxjs/testing";
import type { ChannelEvent } from "../lib/channel/SignalSource.js";
import type { OpControlMessage, OpControlSignal } from "../lib/opStatus.js";
import type { ReconciledEvent } from "../lib/reconciling.js";
import { settling } from "../lib/settling.js";
import { channelEvents, message, status } from "./helpers/channelMarbles.js";
import { testScheduler } from "./helpers/marbles.js";
import { AGENT, FLEET, OP, OTHER, pause, resume } from "./helpers/opControl.js";
import { OpModel } from "./helpers/OpModel.js";
import { record } from "./helpers/record.js";
import { runs, runsTimeoutMs } from "./helpers/runs.js";
import { blockFor } from "./helpers/turns.js";
import { VirtualTime } from "./helpers/VirtualTime.js";

const AGENT_TOO = "agent:by-another-name";

/** Besides those to `OP`, signals to others, and what was found to be so. */
const events: Readonly<Record<string, ReconciledEvent>> = {
  ...channelEvents,
  p: message(pause(OTHER)),
  s: message(resume(OTHER)),
  a: message(resume(AGENT)),
  b: message(pause(AGENT_TOO)),
  f: message(resume(FLEET)),
  m: message({ opId: OP, signal: 0 }),
  F: { type: "found", signal: resume() },
  G: { type: "found", signal: pause() },
  d: { type: "diagnostic", diagnostic: { kind: "handover", reason: "age" } },
};

const MAX_WAITING = 100;

/** Plays a channel that settles for 3 ms, and draws what passes. */
function play(draw: (helpers: RunHelpers & { readonly settled: (marbles: string) => Drawn }) => void): void {
  testScheduler().run((helpers) => {
    const settled = (marbles: string): Drawn => {
      const source = helpers.hot<ReconciledEvent>(marbles, events);
      const settled$ = source.pipe(settling(3, MAX_WAITING));
      return {
        toBe: (expected, subscription) => {
          helpers.expectObservable(settled$).toBe(expected, events);
          if (subscription !== undefined) helpers.expectSubscriptions(source.subscriptions).toBe(subscription);
        },
      };
    };
    draw({ ...helpers, settled });
  });
}

interface Drawn {
  readonly toBe: (expected: string, subscription?: string) => void;
}

describe("settling", () => {
  it("passes a RESUME when nothing further has come for its op for so long", () => {
    play(({ settled }) => {
      const source = "  l-P-R-------";
      const subs = "    ^-----------";
      const expected = "l-P----R----";
      settled(source).toBe(expected, subs);
    });
  });

  it("passes PAUSE, TERMINATE, a status, a diagnostic and rubbish at once", () => {
    play(({ settled }) => {
      settled(" clPmdTr").toBe("clPmdTr");
    });
  });

  it("drops a RESUME that a PAUSE or a TERMINATE follows in time", () => {
    play(({ settled }) => {
      settled(" lR-P-----").toBe("l--P-----");
      settled(" lR-T-----").toBe("l--T-----");
      settled(" lR-PR----").toBe("l--P---R-");
    });
  });

  it("takes what follows at the last moment for in time", () => {
    play(({ settled }) => {
      settled(" lR--P----").toBe("l---P----");
    });
  });

  it("begins anew with each RESUME, and passes the last of them only", () => {
    play(({ settled }) => {
      settled(" lR-R-R------").toBe("l-------R---");
    });
  });

  it("passes the next RESUME as the first: PAUSE and RESUME of one op, again and again", () => {
    play(({ settled }) => {
      settled(" lPR---PR---PRP---").toBe("lP---RP---RP-P---");
    });
  });

  it("lets nothing pass of RESUME and PAUSE that alternate faster than that", () => {
    play(({ settled }) => {
      settled(" lPRPRPRP-R-P----").toBe("lP-P-P-P---P----");
    });
  });

  it("leaves other ops' alone: each waits by itself, and they pass in the order in which they came", () => {
    play(({ settled }) => {
      settled(" lRsp-----").toBe("l--pR----");
      settled(" lR-s-----").toBe("l---R-s--");
      settled(" lsR------").toBe("l---sR---");
    });
  });

  it("takes all ids of the agent for one scope, which neither its ops nor the fleet have a part in", () => {
    play(({ settled }) => {
      settled(" la-b------").toBe("l--b------");
      settled(" lafP------").toBe("l--Paf----");
    });
  });

  it("is not put off by rubbish that names the op", () => {
    play(({ settled }) => {
      settled(" lR-m-----").toBe("l--mR----");
    });
  });

  it("lets what was found by asking wait as well, and stand against what waits", () => {
    play(({ settled }) => {
      settled(" lF-------").toBe("l---F----");
      settled(" lRG------").toBe("l-G------");
      settled(" lFP------").toBe("l-P------");
      settled(" lRF------").toBe("l----F---");
    });
  });

  it("knows each RESUME by itself, also where the same event comes twice", () => {
    play(({ hot, expectObservable }) => {
      const again: ChannelEvent = message(resume());
      const source = hot<ReconciledEvent>("lP-RR---P-R---", { ...events, R: again });
      const expected = "                  lP-----RP----R";
      expectObservable(source.pipe(settling(3, MAX_WAITING))).toBe(expected, { ...events, R: again });
    });
  });

  describe("on a channel that is not live", () => {
    it("lets a RESUME wait until it is, and for so long after that", () => {
      play(({ settled }) => {
        settled(" cPR------l-----").toBe("cP-------l--R--");
      });
    });

    it("lets it wait anew when the channel was lost, however often", () => {
      play(({ settled }) => {
        settled(" lPR-r------l-r-l------").toBe("lP--r------l-r-l--R---");
      });
    });

    it("keeps what waits apart from what comes later", () => {
      play(({ settled }) => {
        settled(" lRr--sl-p-----").toBe("l-r---l-pR----");
        settled(" lRr---l-s-----").toBe("l-r---l--R-s--");
      });
    });

    it("drops it where something further is said meanwhile", () => {
      play(({ settled }) => {
        settled(" lPR-r--P--l------").toBe("lP--r--P--l------");
      });
    });

    it("is not put off by being told again that it is live", () => {
      play(({ settled }) => {
        settled(" lR-l------").toBe("l--lR-----");
      });
    });

    it("holds it for ever where it never is", () => {
      play(({ settled }) => {
        settled(" PR-c---r-------").toBe("P--c---r-------");
      });
    });
  });

  describe("at the end of the source", () => {
    it("drops what waits when that completes, and at once", () => {
      play(({ settled }) => {
        settled(" lPR-|").toBe("lP--|", "^---!");
      });
    });

    it("drops what waits when that errors", () => {
      play(({ settled }) => {
        settled(" lPR-#").toBe("lP--#", "^---!");
      });
    });

    it("passes what has settled by then", () => {
      play(({ settled }) => {
        settled(" lPR----|").toBe("lP---R-|");
      });
    });
  });

  it("leaves no timer, nor the source, when it is unsubscribed", () => {
    VirtualTime.run((time) => {
      const source$ = new Subject<ChannelEvent>();
      const told = record(source$.pipe(settling(300, MAX_WAITING)));
      for (const event of [status("live"), message(resume())]) source$.next(event);
      expect(time.pending).to.be.greaterThan(0);
      told.subscription.unsubscribe();
      expect(source$.observed).to.be.false;
      expect(time.pending).to.equal(0);
    });
  });

  it("keeps the state of each subscription for itself", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const settled$ = cold("lR---P", events).pipe(settling(3, MAX_WAITING));
      expectObservable(settled$).toBe("       l---RP", events);
      expectObservable(settled$, "--^").toBe("--l---RP", events);
    });
  });

  it("is late by up to a hundredth, so that a thousand RESUMEs within it take one timer", () => {
    VirtualTime.run((time) => {
      const source$ = new Subject<ReconciledEvent>();
      const passed: number[] = [];
      source$.pipe(settling(1_000, 10_000)).subscribe(({ type }) => type === "message" && passed.push(time.now));
      source$.next(status("live"));
      for (let index = 0; index < 1_000; index++) {
        if (index % 100 === 0) time.pass(1);
        source$.next(message(resume(`op:${index}`)));
      }
      expect(time.pending).to.equal(1);
      time.pass(2_000);
      expect(passed).to.have.length(1_000);
      expect(new Set(passed)).to.deep.equal(new Set([1 + 10 + 1_000]));
    });
  });

  it("waits for what has arrived to be read, where the event loop stood still", async () => {
    const source$ = new Subject<ReconciledEvent>();
    const told = record(source$.pipe(settling(30, MAX_WAITING)));
    source$.next(status("live"));
    source$.next(message(resume()));
    await setTimeout(5);
    // What arrives while it stands still is read in a turn after those of the timers.
    const arrived = setTimeout(1).then(() => nextTurn());
    blockFor(200);
    await arrived;
    source$.next(message(pause()));
    await setTimeout(100);
    expect(told.values).to.deep.equal([status("live"), message(pause())]);
    told.subscription.unsubscribe();
  });

  describe("when somebody reacts to what passes", () => {
    it("goes by what comes of it: the first RESUME's handler pauses the second's op", () => {
      VirtualTime.run((time) => {
        const source$ = new Subject<ReconciledEvent>();
        const told: ReconciledEvent[] = [];
        source$.pipe(settling(3, MAX_WAITING)).subscribe((event) => {
          told.push(event);
          if (event === events["R"]) source$.next(events["p"]!);
        });
        for (const name of ["l", "R", "s"]) source$.next(events[name]!);
        time.pass(10);
        expect(told).to.deep.equal([events["l"], events["R"], events["p"]]);
      });
    });

    it("waits anew with what is left where the channel is lost by it", () => {
      VirtualTime.run((time) => {
        const source$ = new Subject<ReconciledEvent>();
        const told: [number, ReconciledEvent][] = [];
        source$.pipe(settling(3, MAX_WAITING)).subscribe((event) => {
          told.push([time.now, event]);
          if (event === events["R"]) source$.next(events["r"]!);
        });
        for (const name of ["l", "R", "s"]) source$.next(events[name]!);
        time.pass(10);
        source$.next(events["l"]!);
        time.pass(10);
        expect(told.slice(1)).to.deep.equal([
          [3, events["R"]],
          [3, events["r"]],
          [10, events["l"]],
          [13, events["s"]],
        ]);
      });
    });
  });

  describe("with no room for more", () => {
    const saturated = { type: "diagnostic", diagnostic: { kind: "settleSaturated", maxTrackedOps: 2 } };

    it("drops the RESUME of a further op and says so, once until half of it is free", () => {
      VirtualTime.run((time) => {
        const source$ = new Subject<ReconciledEvent>();
        const told = record(source$.pipe(settling(3, 2)));
        source$.next(status("live"));
        for (const opId of ["a", "b", "c", "d"]) source$.next(message(resume(opId)));
        expect(told.values.splice(0)).to.deep.equal([status("live"), saturated]);
        time.pass(10);
        expect(told.values.splice(0)).to.deep.equal([message(resume("a")), message(resume("b"))]);
        for (const opId of ["a", "b", "c"]) source$.next(message(resume(opId)));
        expect(told.values).to.deep.equal([saturated]);
      });
    });

    it("has room for those that it knows, and for the agent and the fleet", () => {
      VirtualTime.run((time) => {
        const source$ = new Subject<ReconciledEvent>();
        const told = record(source$.pipe(settling(3, 1)));
        source$.next(status("live"));
        for (const opId of [OP, OP, AGENT, FLEET]) source$.next(message(resume(opId)));
        time.pass(10);
        expect(told.values.slice(1)).to.deep.equal([OP, AGENT, FLEET].map((opId) => message(resume(opId))));
      });
    });
  });

  it("delays no stop, lets no RESUME act too soon, and comes to the same end", function () {
    this.timeout(runsTimeoutMs(20_000));
    const settleMs = 7;
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          opId: fc.constantFrom(OP, OP, OTHER, AGENT, AGENT_TOO, FLEET),
          signal: fc.constantFrom<OpControlSignal>("PAUSE", "RESUME", "RESUME", "TERMINATE"),
        }),
      },
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 10 }) },
      { weight: 1, arbitrary: fc.constantFrom("lose" as const, "win" as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        VirtualTime.run((time) => {
          const source$ = new Subject<ReconciledEvent>();
          /** When each scope was last spoken of, and since when the channel is live. */
          const spokenAt = new Map<string, number>();
          let liveSince: number | undefined;
          const unsettled = new OpModel();
          const acted = new OpModel();
          const delayed: OpControlMessage[] = [];
          const keyOf = (opId: string) => (opId.startsWith("agent:") ? AGENT : opId);
          source$.pipe(settling(settleMs, MAX_WAITING)).subscribe((event) => {
            if (event.type !== "message") return;
            const signal = event.message as OpControlMessage;
            acted.apply(signal);
            if (signal.signal !== "RESUME") delayed.splice(delayed.indexOf(signal), 1);
            else {
              const silentSince = Math.max(spokenAt.get(keyOf(signal.opId))!, liveSince ?? Infinity);
              expect(time.now - silentSince, "silence before a RESUME").to.be.at.least(settleMs);
            }
          });
          const tell = (state: "live" | "reconnecting") => {
            if (state === "reconnecting") liveSince = undefined;
            else liveSince ??= time.now;
            source$.next(status(state));
          };
          tell("live");
          for (const given of steps) {
            if (typeof given === "number") time.pass(given);
            else if (given === "lose") tell("reconnecting");
            else if (given === "win") tell("live");
            else {
              const signal: OpControlMessage = { ...given, sequence: 0n };
              spokenAt.set(keyOf(signal.opId), time.now);
              unsettled.apply(signal);
              if (signal.signal !== "RESUME") delayed.push(signal);
              source$.next(message(signal));
              expect(delayed, "stops that are delayed").to.deep.equal([]);
            }
          }
          tell("live");
          time.pass(settleMs);
          for (const opId of [OP, OTHER, AGENT, FLEET]) {
            expect(acted.ownStateOf(opId), opId).to.equal(unsettled.ownStateOf(opId));
          }
        });
      }),
      { numRuns: runs(1_000) },
    );
  });
});
