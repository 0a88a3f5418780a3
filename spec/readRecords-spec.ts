import { expect } from "chai";
import { readRecords } from "../lib/readRecords.js";
import type { OpRecordState } from "../lib/rest/OpRecord.js";
import { AGENT, FLEET, OP, OTHER } from "./helpers/opControl.js";
import { recordOf } from "./helpers/records.js";
import { timesSlower } from "./helpers/timesSlower.js";

const read = (...records: readonly unknown[]) => [...readRecords([records])];

describe("readRecords", () => {
  it("reads a state as the signal that would have said it, with its time", () => {
    const records = [
      recordOf("running", 1_000, "a"),
      recordOf("paused", 2_000, "b"),
      recordOf("terminated", 3_000, "c"),
    ];
    expect(read(...records)).to.deep.equal([
      { opId: "a", signal: "RESUME", updatedAtMs: 1_000 },
      { opId: "b", signal: "PAUSE", updatedAtMs: 2_000 },
      { opId: "c", signal: "TERMINATE", updatedAtMs: 3_000 },
    ]);
  });

  it("reads the time as the gateway writes it, to the nanosecond and with an offset", () => {
    const updatedAts = ["1970-01-01T00:00:01.500999999+00:00", "1970-01-01T01:00:01Z", "1970-01-01T01:00:02+01:00"];
    const times = updatedAts.map((updated_at) => read({ ...recordOf("paused"), updated_at })[0]?.updatedAtMs);
    expect(times).to.deep.equal([1_500, 3_601_000, 2_000]);
  });

  for (const updated_at of ["", "yesterday", undefined, null, 1_000, new Date(0), {}]) {
    it(`knows no time by ${JSON.stringify(updated_at)}`, () => {
      expect(read({ ...recordOf("paused"), updated_at })).to.deep.equal([
        { opId: OP, signal: "PAUSE", updatedAtMs: NaN },
      ]);
    });
  }

  it("takes all the lists together, none included", () => {
    expect([...readRecords([[recordOf("paused", 0, "a")], [], [recordOf("paused", 0, "b")]])]).to.have.length(2);
    expect([...readRecords([])]).to.deep.equal([]);
  });

  for (const state of ["pending", "completing", "stopped", "Running", "PAUSE", "", 1, undefined, "constructor"]) {
    it(`leaves out an op that is ${String(state)}`, () => {
      expect(read({ ...recordOf("running"), state })).to.deep.equal([]);
    });
  }

  for (const op_id of [AGENT, "agent:", FLEET, "", undefined, null, 7, [OP], "x".repeat(1_025)]) {
    it(`leaves out what is about no op by its own: ${String(op_id).slice(0, 20)}`, () => {
      expect(read({ ...recordOf("terminated"), op_id }, recordOf("terminated", 0, OTHER))).to.have.length(1);
    });
  }

  it("leaves out what is no record", () => {
    for (const record of [null, undefined, 7, "terminated", true, [], [recordOf("terminated")], () => 7]) {
      expect(read(record)).to.deep.equal([]);
    }
  });

  for (const lists of [[undefined], [null], [7], ["[]"], [recordOf("paused")], [[], new Set()]]) {
    it(`refuses ${JSON.stringify(lists)} for lists`, () => {
      expect(() => readRecords(lists)).to.throw(TypeError, "reconcile must emit lists of ops");
    });
  }

  describe("where records contradict each other", () => {
    const states: readonly OpRecordState[] = ["running", "paused", "terminated"];

    it("takes the most severe of an op, in whichever order they come", () => {
      for (const [mild, one] of states.entries()) {
        for (const other of states.slice(mild + 1)) {
          const severe = read(recordOf(other, 1));
          expect(read(recordOf(one, 5), recordOf(other, 1))).to.deep.equal(severe);
          expect(read(recordOf(other, 1), recordOf(one, 5))).to.deep.equal(severe);
          expect([...readRecords([[recordOf(other, 1)], [recordOf(one, 5)]])]).to.deep.equal(severe);
        }
      }
    });

    it("knows no time of one that is there twice", () => {
      expect(read(recordOf("running", 1), recordOf("running", 5))).to.deep.equal([
        { opId: OP, signal: "RESUME", updatedAtMs: NaN },
      ]);
    });
  });

  it("takes time that is linear in how many there are, in one list or in many", function () {
    this.timeout(20_000);
    for (const size of [1, 10_000]) {
      const times = timesSlower(10_000, 100_000, (count) => {
        const lists = Array.from({ length: count / size }, (_, list) =>
          Array.from({ length: size }, (_, index) => recordOf("paused", 0, `op:${list}:${index}`)),
        );
        return () => readRecords(lists);
      });
      expect(times).to.be.lessThan(40);
    }
  });
});
