import { expect } from "chai";
import fc from "fast-check";
import type { Diagnostic } from "../../lib/Diagnostic.js";
import { type OpControlSignal, type OpState, reduceVerdict, type Verdict } from "../../lib/opStatus.js";
import { OpMemory } from "../../lib/ops/OpMemory.js";
import { runs } from "../helpers/runs.js";

const verdict = (state: OpState, sequence = 1n): Verdict => ({ state, scope: "op", sequence });
const RUNNING = verdict("running", 0n);
const UNACCOUNTED: Verdict = { state: "paused", scope: "channel", sequence: 0n };

/** What an op may read as that was told so last: where its verdict is lost, nothing that lets it run once saturated. */
function mayRead(told: OpState, evicted: boolean, saturated: boolean): readonly OpState[] {
  if (told === "paused") return ["paused"];
  if (told === "running") return saturated ? ["running", "paused"] : ["running"];
  if (!evicted) return ["terminated"];
  return saturated ? ["paused"] : ["running", "paused"];
}

function memoryOf(limit: number) {
  const diagnostics: Diagnostic[] = [];
  const memory = new OpMemory(limit, (diagnostic) => diagnostics.push(diagnostic));
  return { memory, diagnostics };
}

describe("OpMemory", () => {
  it("has every op that it was never told of running", () => {
    const { memory } = memoryOf(3);
    expect(memory.get("a")).to.deep.equal(RUNNING);
    expect(memory.has("a")).to.be.false;
    expect(memory.opIds()).to.be.empty;
  });

  for (const state of ["paused", "terminated"] as const) {
    it(`remembers an op that was ${state}, with its sequence`, () => {
      const { memory } = memoryOf(3);
      memory.set("a", verdict(state, 2n ** 64n - 1n));
      expect(memory.get("a")).to.deep.equal(verdict(state, 2n ** 64n - 1n));
      expect(memory.has("a")).to.be.true;
      expect(memory.opIds()).to.deep.equal(["a"]);
      expect(memory.get("b")).to.deep.equal(RUNNING);
    });

    it(`lets go of an op that was ${state}`, () => {
      const { memory } = memoryOf(3);
      memory.set("a", verdict(state));
      memory.delete("a");
      expect(memory.get("a")).to.deep.equal(RUNNING);
      expect(memory.has("a")).to.be.false;
    });
  }

  it("counts the ops that it remembers", () => {
    const { memory } = memoryOf(3);
    expect(memory.counts).to.deep.equal({ paused: 0, terminated: 0 });
    for (const [opId, state] of [
      ["a", "paused"],
      ["b", "terminated"],
      ["c", "paused"],
      ["c", "running"],
    ] as const) {
      memory.set(opId, verdict(state));
    }
    expect(memory.counts).to.deep.equal({ paused: 1, terminated: 1 });
  });

  it("does not remember a running op", () => {
    const { memory } = memoryOf(1);
    memory.set("a", verdict("paused"));
    expect(memory.set("a", verdict("running", 7n))).to.be.empty;
    expect(memory.get("a")).to.deep.equal(RUNNING);
    expect(memory.opIds()).to.be.empty;
    expect(memory.set("b", verdict("paused"))).to.be.empty;
  });

  it("remembers an op once, in its latest state", () => {
    const { memory } = memoryOf(3);
    memory.set("a", verdict("paused", 1n));
    memory.set("a", verdict("terminated", 2n));
    expect(memory.get("a")).to.deep.equal(verdict("terminated", 2n));
    expect(memory.opIds()).to.deep.equal(["a"]);
  });

  for (const opId of ["__proto__", "constructor", "hasOwnProperty", "a\nb", "x".repeat(8192)]) {
    it(`takes ${JSON.stringify(opId.slice(0, 20))} (${opId.length} characters) for a name like any other`, () => {
      const { memory } = memoryOf(3);
      expect(memory.get(opId)).to.deep.equal(RUNNING);
      memory.set(opId, verdict("terminated"));
      expect(memory.get(opId)).to.deep.equal(verdict("terminated"));
      expect(memory.get("a")).to.deep.equal(RUNNING);
    });
  }

  describe("at the limit", () => {
    it("says nothing while there is room", () => {
      const { memory, diagnostics } = memoryOf(2);
      expect(memory.set("a", verdict("terminated"))).to.be.empty;
      expect(memory.set("b", verdict("paused"))).to.be.empty;
      expect(memory.set("b", verdict("terminated"))).to.be.empty;
      expect(diagnostics).to.be.empty;
    });

    it("forgets the op that has been terminated longest, and says which", () => {
      const { memory, diagnostics } = memoryOf(2);
      memory.set("a", verdict("terminated"));
      memory.set("b", verdict("terminated"));
      expect(memory.set("c", verdict("terminated"))).to.deep.equal(["a"]);
      expect(memory.set("d", verdict("paused"))).to.deep.equal(["b"]);
      expect(memory.opIds()).to.have.members(["c", "d"]);
      expect(diagnostics).to.deep.equal([
        { kind: "evicted", opId: "a", count: 1 },
        { kind: "evicted", opId: "b", count: 2 },
      ]);
    });

    it("counts an op that was watched in between as terminated lately", () => {
      const { memory } = memoryOf(2);
      memory.set("a", verdict("terminated"));
      memory.set("b", verdict("terminated"));
      memory.delete("a");
      memory.set("a", verdict("terminated"));
      expect(memory.set("c", verdict("terminated"))).to.deep.equal(["b"]);
    });

    it("never forgets a paused op for a terminated one", () => {
      const { memory } = memoryOf(2);
      memory.set("a", verdict("paused"));
      memory.set("b", verdict("terminated"));
      expect(memory.set("c", verdict("terminated"))).to.deep.equal(["b"]);
      expect(memory.get("a")).to.deep.equal(verdict("paused"));
    });

    it("shows the forgotten op's name without control characters, and cut", () => {
      const { memory, diagnostics } = memoryOf(1);
      memory.set(`a\n${"x".repeat(8192)}`, verdict("terminated"));
      memory.set("b", verdict("terminated"));
      expect(diagnostics).to.deep.equal([{ kind: "evicted", opId: `a\\u000a${"x".repeat(198)}…`, count: 1 }]);
    });

    it("does not forget a TERMINATE in the moment in which it is told of it, although all others are paused", () => {
      const { memory } = memoryOf(2);
      memory.set("a", verdict("paused"));
      memory.set("b", verdict("paused"));
      memory.set("c", verdict("terminated"));
      expect(memory.get("c").state).to.equal("terminated");
      expect(memory.get("a").state).to.equal("paused");
      expect(memory.get("b").state).to.equal("paused");
    });
  });

  describe("with nothing left that may be forgotten", () => {
    function saturated(limit = 2) {
      const { memory, diagnostics } = memoryOf(limit);
      for (let op = 0; op <= limit; op++) memory.set(`full-${op}`, verdict("paused"));
      return { memory, diagnostics, ops: Array.from({ length: limit + 1 }, (_, op) => `full-${op}`) };
    }

    it("says so, once", () => {
      const { memory, diagnostics } = saturated(2);
      memory.set("a", verdict("paused"));
      memory.set("b", verdict("paused"));
      expect(diagnostics).to.deep.equal([{ kind: "saturated", maxTrackedOps: 2 }]);
    });

    it("has every op paused that it does not remember: it may be one that found no room", () => {
      const { memory, ops } = saturated();
      expect(memory.get("never heard of")).to.deep.equal(UNACCOUNTED);
      for (const op of ops) expect(memory.get(op).state).to.equal("paused");
    });

    it("stays within the limit", () => {
      const { memory } = saturated(2);
      for (let op = 0; op < 10; op++) memory.set(`op-${op}`, verdict(op % 2 ? "paused" : "running"));
      expect(memory.opIds()).to.have.length.at.most(2);
    });

    it("remembers an op that is resumed by name, with its sequence", () => {
      const { memory } = saturated();
      memory.set("a", verdict("running", 5n));
      expect(memory.get("a")).to.deep.equal(verdict("running", 5n));
      expect(memory.has("a"), "a running op is not one that was told to pause or terminate").to.be.false;
      expect(memory.opIds()).not.to.include("a");
      expect(memory.get("b")).to.deep.equal(UNACCOUNTED);
    });

    it("lets a resumed op be paused and terminated again", () => {
      const { memory } = saturated();
      memory.set("a", verdict("running"));
      memory.set("a", verdict("paused", 2n));
      expect(memory.get("a")).to.deep.equal(verdict("paused", 2n));
      memory.set("a", verdict("running"));
      memory.set("a", verdict("terminated", 3n));
      expect(memory.get("a")).to.deep.equal(verdict("terminated", 3n));
    });

    it("remembers a TERMINATE, and forgets paused and then resumed ops for it, which count as paused", () => {
      const { memory, diagnostics } = saturated(2);
      memory.set("resumed", verdict("running"));
      expect(memory.get("resumed").state).to.equal("running");
      for (const op of ["a", "b"]) memory.set(op, verdict("terminated"));
      expect(memory.get("a").state).to.equal("terminated");
      expect(memory.get("b").state).to.equal("terminated");
      expect(memory.get("resumed")).to.deep.equal(UNACCOUNTED);
      expect(diagnostics.map(({ kind }) => kind)).to.deep.equal(["saturated"]);
    });

    it("remembers a RESUME by name though it is full of terminated ops, and forgets the oldest of them for it", () => {
      const { memory, diagnostics } = saturated(2);
      for (const op of ["a", "b"]) memory.set(op, verdict("terminated"));
      memory.set("resumed", verdict("running"));
      expect(memory.get("resumed").state).to.equal("running");
      expect(memory.get("a")).to.deep.equal(UNACCOUNTED);
      expect(diagnostics.map(({ kind }) => kind)).to.deep.equal(["saturated", "evicted"]);
    });

    it("forgets the oldest of terminated ops alone, which count as paused from then on", () => {
      const { memory, diagnostics } = saturated(2);
      for (const op of ["a", "b"]) memory.set(op, verdict("terminated"));
      expect(memory.set("c", verdict("terminated"))).to.deep.equal(["a"]);
      expect(memory.get("a")).to.deep.equal(UNACCOUNTED);
      expect(diagnostics.at(-1)).to.deep.equal({ kind: "evicted", opId: "a", count: 1 });
    });

    it("needs no memory of an op that it holds only because it cannot account for it", () => {
      const { memory } = saturated(2);
      memory.set("resumed", verdict("running"));
      expect(memory.set("b", UNACCOUNTED)).to.be.empty;
      expect(memory.get("b")).to.deep.equal(UNACCOUNTED);
      expect(memory.get("resumed").state).to.equal("running");
    });

    it("forgets a paused op and no resumed one with it, for that would be paused", () => {
      const { memory } = saturated(2);
      memory.set("resumed", verdict("running"));
      expect(memory.set("a", verdict("paused"))).to.deep.equal(["full-2"]);
      expect(memory.get("resumed").state).to.equal("running");
    });

    it("lets go of a resumed op, which counts as paused again", () => {
      const { memory } = saturated();
      memory.set("a", verdict("running"));
      memory.delete("a");
      expect(memory.get("a")).to.deep.equal(UNACCOUNTED);
    });
  });

  it("keeps its bound and fails closed, whatever it is told", () => {
    const ops = ["a", "b", "c", "d", "e", "f"];
    const signals: OpControlSignal[] = ["PAUSE", "PAUSE", "PAUSE", "RESUME", "TERMINATE"];
    const steps = ops.flatMap((opId) => signals.map((signal) => ({ opId, signal, sequence: 1n })));

    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.constantFrom(...steps), { maxLength: 24, size: "max" }),
        (limit, messages) => {
          const evicted = new Set<string>();
          const kinds = new Set<Diagnostic["kind"]>();
          const memory = new OpMemory(limit, (diagnostic) => {
            kinds.add(diagnostic.kind);
            if (diagnostic.kind === "evicted") evicted.add(diagnostic.opId);
          });
          const told = new Map<string, OpState>();

          for (const message of messages) {
            const { opId } = message;
            const before = memory.get(opId);
            const after = reduceVerdict(before, "op", message);
            if (after === before) continue;
            if (after.state === "terminated") evicted.delete(opId);
            const forgotten = memory.set(opId, after);
            told.set(opId, after.state);

            const saturated = kinds.has("saturated");
            const stateOf = (op: string) => memory.get(op).state;
            const remembered = ops.filter((op) => stateOf(op) !== "running" && memory.get(op).scope === "op");
            const resumed = saturated ? ops.filter((op) => stateOf(op) === "running") : [];
            const wrong = ops.filter((op) => {
              const mayBe = mayRead(told.get(op) ?? "running", evicted.has(op), saturated);
              return !mayBe.includes(stateOf(op));
            });
            const kept = forgotten.filter((op) => memory.has(op));
            expect([...wrong, ...kept]).to.be.empty;
            expect(memory.opIds().sort().join()).to.equal(remembered.join());
            expect(remembered.length + resumed.length).to.be.at.most(limit);
          }
        },
      ),
      { numRuns: runs(2_000) },
    );
  });
});
