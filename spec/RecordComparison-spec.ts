import { expect } from "chai";
import fc from "fast-check";
import type { OpControlMessage, OpControlSignal } from "../lib/opStatus.js";
import { readRecords } from "../lib/readRecords.js";
import { RecordComparison } from "../lib/RecordComparison.js";
import type { OpRecord, OpRecordState } from "../lib/rest/OpRecord.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "./helpers/opControl.js";
import { OpModel } from "./helpers/OpModel.js";
import { recordOf } from "./helpers/records.js";
import { runs, runsTimeoutMs } from "./helpers/runs.js";
import { VirtualTime } from "./helpers/VirtualTime.js";

/** A rule with the ops that it is about, in virtual time. */
class Play {
  readonly ops = new OpModel();
  readonly #rule: RecordComparison;

  constructor(
    readonly time: VirtualTime,
    maxOps = 100,
  ) {
    this.#rule = new RecordComparison(maxOps, (opId) => this.ops.ownStateOf(opId) === "terminated");
  }

  hear(...signals: readonly OpControlMessage[]): void {
    for (const signal of signals) {
      this.#rule.hear(signal);
      this.ops.apply(signal);
    }
  }

  ask(): void {
    this.#rule.ask();
  }

  stop(): void {
    this.#rule.stop();
  }

  /** What the records add; it has been applied. */
  find(...records: readonly OpRecord[]): OpControlMessage[] {
    const found: OpControlMessage[] = [];
    for (const signal of this.#rule.findings(readRecords([records]))) {
      found.push(signal);
      this.ops.apply(signal);
    }
    return found;
  }

  /** The same, asked for and answered at once. */
  reconcile(...records: readonly OpRecord[]): OpControlMessage[] {
    this.ask();
    const found = this.find(...records);
    this.stop();
    return found;
  }
}

function play(act: (play: Play) => void, maxOps?: number): void {
  VirtualTime.run((time) => act(new Play(time, maxOps)));
}

describe("RecordComparison", () => {
  it("pauses and terminates what runs", () => {
    play((play) => {
      expect(play.reconcile(recordOf("paused"), recordOf("terminated", 0, OTHER))).to.deep.equal([
        pause(),
        terminate(OTHER),
      ]);
    });
  });

  it("terminates what is paused", () => {
    play((play) => {
      play.hear(pause());
      expect(play.reconcile(recordOf("terminated"))).to.deep.equal([terminate()]);
    });
  });

  it("adds nothing that is so already", () => {
    play((play) => {
      play.hear(pause(), terminate(OTHER));
      const records = [recordOf("paused", 9), recordOf("terminated", 9, OTHER), recordOf("running", 9, "x:y")];
      expect(play.reconcile(...records)).to.deep.equal([]);
    });
  });

  it("adds nothing for an op without a record, nor by one that is pending or completing", () => {
    play((play) => {
      play.hear(pause());
      expect(play.reconcile()).to.deep.equal([]);
      for (const state of ["pending", "completing"] as const) {
        expect(play.reconcile(recordOf(state, 9))).to.deep.equal([]);
      }
    });
  });

  describe("of an op that is paused", () => {
    for (const [updatedAtMs, lifted] of [
      [99, false],
      [100, false],
      [101, true],
    ] as const) {
      it(`${lifted ? "lifts" : "does not lift"} by a record of ${updatedAtMs} ms what was paused at 100`, () => {
        play((play) => {
          play.time.pass(100);
          play.hear(pause());
          play.time.pass(100);
          expect(play.reconcile(recordOf("running", updatedAtMs))).to.deep.equal(lifted ? [resume()] : []);
        });
      });
    }

    it("goes by the last PAUSE that came", () => {
      play((play) => {
        play.hear(pause());
        play.time.pass(100);
        play.hear(pause());
        expect(play.reconcile(recordOf("running", 50))).to.deep.equal([]);
      });
    });

    it("lifts nothing by a time that is no time, nor by one of two records that are alike", () => {
      play((play) => {
        play.hear(pause());
        expect(play.reconcile({ ...recordOf("running"), updated_at: "" })).to.deep.equal([]);
        expect(play.reconcile(recordOf("running", 50), recordOf("running", 60))).to.deep.equal([]);
        expect(play.reconcile(recordOf("running", 50), recordOf("paused", 60))).to.deep.equal([]);
      });
    });

    it("lifts no wider scope's pause, and speaks for none", () => {
      play((play) => {
        play.hear(pause(AGENT), pause(FLEET));
        const records = [OP, AGENT, FLEET].flatMap((opId) => [recordOf("running", 50, opId)]);
        expect(play.reconcile(...records)).to.deep.equal([]);
        expect(play.reconcile(recordOf("terminated", 50, AGENT), recordOf("paused", 50, FLEET))).to.deep.equal([]);
      });
    });
  });

  it("lifts no terminate, also where a PAUSE came after it", () => {
    play((play) => {
      play.hear(terminate(), pause());
      for (const state of ["running", "paused", "terminated"] as const) {
        expect(play.reconcile(recordOf(state, 50))).to.deep.equal([]);
      }
    });
  });

  describe("of an op that a record paused", () => {
    it("lifts that by a later record", () => {
      play((play) => {
        play.reconcile(recordOf("paused", 100));
        expect(play.reconcile(recordOf("running", 100))).to.deep.equal([]);
        expect(play.reconcile(recordOf("running", 101))).to.deep.equal([resume()]);
        expect(play.reconcile(recordOf("paused", 102))).to.deep.equal([pause()]);
      });
    });

    it("takes it for paused now where the record gave no time", () => {
      play((play) => {
        play.time.pass(100);
        play.reconcile({ ...recordOf("paused"), updated_at: "?" });
        expect(play.reconcile(recordOf("running", 100))).to.deep.equal([]);
        expect(play.reconcile(recordOf("running", 101))).to.deep.equal([resume()]);
      });
    });

    it("goes by the signals that come after it", () => {
      play((play) => {
        play.reconcile(recordOf("paused", 100));
        play.time.pass(200);
        play.hear(pause());
        expect(play.reconcile(recordOf("running", 150))).to.deep.equal([]);
        play.hear(resume());
        expect(play.reconcile(recordOf("paused", 150))).to.deep.equal([pause()]);
      });
    });
  });

  describe("of an op that is signalled while records are asked for", () => {
    it("lets the signal win, whichever way", () => {
      play((play) => {
        play.ask();
        play.time.pass(10);
        play.hear(pause(OP), resume(OTHER));
        expect(play.find(recordOf("running", 50), recordOf("paused", 50, OTHER))).to.deep.equal([]);
      });
    });

    it("terminates it all the same", () => {
      play((play) => {
        play.ask();
        play.hear(resume());
        expect(play.find(recordOf("terminated"))).to.deep.equal([terminate()]);
      });
    });

    it("takes wider scopes and rubbish for no signal to it", () => {
      play((play) => {
        play.ask();
        play.hear(resume(AGENT), resume(FLEET), { opId: OP, signal: 0 } as never);
        expect(play.find(recordOf("paused"))).to.deep.equal([pause()]);
      });
    });

    it("lets records count again that are asked for later", () => {
      play((play) => {
        play.ask();
        play.hear(resume());
        play.stop();
        play.hear(resume(OTHER));
        expect(play.reconcile(recordOf("paused"), recordOf("paused", 0, OTHER))).to.have.length(2);
        play.ask();
        play.hear(resume());
        play.ask();
        expect(play.find(recordOf("paused"))).to.have.length(1);
      });
    });

    it("heeds what comes of what is found, for records further down", () => {
      VirtualTime.run(() => {
        const rule = new RecordComparison(100, () => false);
        rule.hear(pause(OTHER));
        rule.ask();
        const found: OpControlMessage[] = [];
        for (const signal of rule.findings(readRecords([[recordOf("paused"), recordOf("running", 50, OTHER)]]))) {
          found.push(signal);
          rule.hear(pause(OTHER));
        }
        expect(found).to.deep.equal([pause()]);
      });
    });
  });

  describe("with more ops than there is room for", () => {
    it("lifts no pause whose time it could not keep, and has room again for others", () => {
      play((play) => {
        play.hear(pause("a"), pause("b"), pause("c"));
        const records = ["a", "b", "c"].map((opId) => recordOf("running", 50, opId));
        expect(play.reconcile(...records)).to.deep.equal([resume("a"), resume("b")]);
        play.hear(pause("c"));
        expect(play.reconcile(...records)).to.deep.equal([resume("c")]);
      }, 2);
    });

    it("lifts nothing where it cannot keep in mind what was signalled meanwhile, and stops what is to be stopped", () => {
      play((play) => {
        play.hear(pause());
        play.ask();
        play.hear(resume("a"), resume("b"));
        expect(play.find(recordOf("running", 50), recordOf("paused", 50, OTHER))).to.deep.equal([pause(OTHER)]);
      }, 2);
    });
  });

  it("never lifts a terminate, a wider scope, or without a later record; and absence changes nothing", function () {
    this.timeout(runsTimeoutMs(20_000));
    const ids = fc.constantFrom(OP, OP, OTHER, "third:op", AGENT, FLEET);
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({
          opId: ids,
          signal: fc.constantFrom<OpControlSignal>("PAUSE", "PAUSE", "RESUME", "TERMINATE"),
        }),
      },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 5 }) },
      { weight: 2, arbitrary: fc.constant("ask" as const) },
      {
        weight: 5,
        arbitrary: fc.array(
          fc.record({
            opId: ids,
            state: fc.constantFrom<OpRecordState>("running", "running", "paused", "terminated", "pending"),
            updatedAtMs: fc.integer({ min: 0, max: 40 }),
          }),
          { maxLength: 4 },
        ),
      },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: "max" }), (steps) => {
        play((play) => {
          const lastSignalAt = new Map<string, number>();
          const signalled = new Set<string>();
          let isAsking = false;
          for (const given of steps) {
            if (typeof given === "number") play.time.pass(given);
            else if (given === "ask") {
              isAsking = true;
              signalled.clear();
              play.ask();
            } else if (!Array.isArray(given)) {
              play.hear({ ...given, sequence: 0n });
              lastSignalAt.set(given.opId, play.time.now);
              if (isAsking) signalled.add(given.opId);
            } else if (isAsking) {
              const records = given.map(({ opId, state, updatedAtMs }) => recordOf(state, updatedAtMs, opId));
              const idsOf = (state: OpRecordState) =>
                records.filter((record) => record.state === state).map(({ op_id }) => op_id);
              const before = new Map([OP, OTHER, "third:op", AGENT, FLEET].map((id) => [id, play.ops.ownStateOf(id)]));
              play.find(...records);
              play.stop();
              isAsking = false;
              for (const [opId, was] of before) {
                const is = play.ops.ownStateOf(opId);
                const isOp = opId.includes(":") && opId !== AGENT;
                const said = records.filter(({ op_id }) => op_id === opId);
                const killed = isOp && idsOf("terminated").includes(opId);
                const stopped = isOp && idsOf("paused").includes(opId) && !signalled.has(opId);
                const [only, ...others] = said.filter(({ state }) => state !== "pending");
                const lifted =
                  isOp &&
                  !signalled.has(opId) &&
                  others.length === 0 &&
                  only?.state === "running" &&
                  Date.parse(only.updated_at) > (lastSignalAt.get(opId) ?? Infinity);
                const due =
                  was === "terminated" || killed ? "terminated" : stopped ? "paused" : lifted ? "running" : was;
                expect(is, `${opId}, which was ${was}`).to.equal(due);
                // What a record said counts as our last word from here on.
                if (is !== was && said[0]) lastSignalAt.set(opId, timeOf(said, is) ?? play.time.now);
              }
            }
          }
        });
      }),
      { numRuns: runs(2_000) },
    );

    /** Where records that are alike contradict each other, none is known. */
    function timeOf(records: readonly OpRecord[], state: string): number | undefined {
      const [one, ...others] = records.filter((record) => record.state === state);
      return one && others.length === 0 ? Date.parse(one.updated_at) : undefined;
    }
  });
});
