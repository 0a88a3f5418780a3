import { expect } from "chai";
import fc from "fast-check";
import { AgingMap } from "../../lib/ops/AgingMap.js";
import { runs } from "../helpers/runs.js";

/** Every key of the map, oldest first; the map is empty afterwards. */
function drain<K>(map: AgingMap<K, unknown>): K[] {
  const keys: K[] = [];
  for (let key = map.removeOldest(); key !== undefined; key = map.removeOldest()) keys.push(key);
  return keys;
}

describe("AgingMap", () => {
  it("is a Map in everything else", () => {
    const map = new AgingMap([["a", 1]]);
    map.set("b", 2);
    expect(map).to.be.instanceOf(Map);
    expect([...map]).to.deep.equal([
      ["a", 1],
      ["b", 2],
    ]);
    expect(map.get("a")).to.equal(1);
    expect(map.has("c")).to.be.false;
    expect(map.size).to.equal(2);
  });

  it("gives up its keys in the order in which they were set, one at a time", () => {
    const map = new AgingMap<string, number>();
    map.set("b", 1).set("a", 2).set("c", 3);
    expect(map.removeOldest()).to.equal("b");
    expect([...map.keys()]).to.deep.equal(["a", "c"]);
    expect(drain(map)).to.deep.equal(["a", "c"]);
    expect(map.size).to.equal(0);
  });

  it("has nothing to give up when it is empty, and goes on when it is filled again", () => {
    const map = new AgingMap<string, number>();
    expect(map.removeOldest()).to.be.undefined;
    map.set("a", 1);
    expect(map.removeOldest()).to.equal("a");
    expect(map.removeOldest()).to.be.undefined;
    map.set("b", 1).set("c", 1);
    expect(drain(map)).to.deep.equal(["b", "c"]);
  });

  it("leaves a key its age when it is set again", () => {
    const map = new AgingMap<string, number>();
    map.set("a", 1).set("b", 1).set("a", 2);
    expect(drain(map)).to.deep.equal(["a", "b"]);
  });

  it("takes a key that was deleted and set again for the youngest", () => {
    const map = new AgingMap<string, number>();
    map.set("a", 1).set("b", 1);
    map.delete("a");
    map.set("a", 1);
    expect(drain(map)).to.deep.equal(["b", "a"]);
  });

  it("passes over what was deleted, also the one that was next", () => {
    const map = new AgingMap<string, number>();
    map.set("a", 1).set("b", 1).set("c", 1).set("d", 1);
    expect(map.removeOldest()).to.equal("a");
    map.delete("b");
    expect(drain(map)).to.deep.equal(["c", "d"]);
  });

  it("keeps the order whatever is set, deleted, given up and cleared", () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant("set" as const), key: fc.nat(9) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant("delete" as const), key: fc.nat(9) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant("removeOldest" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("clear" as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: "max" }), (steps) => {
        const map = new AgingMap<number, string>();
        let model: number[] = [];
        for (const step of steps) {
          if (step.do === "set") {
            map.set(step.key, "");
            if (!model.includes(step.key)) model.push(step.key);
          } else if (step.do === "delete") {
            expect(map.delete(step.key)).to.equal(model.includes(step.key));
            model = model.filter((key) => key !== step.key);
          } else if (step.do === "clear") {
            map.clear();
            model = [];
          } else {
            expect(map.removeOldest()).to.equal(model.shift());
          }
          expect([...map.keys()]).to.deep.equal(model);
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
