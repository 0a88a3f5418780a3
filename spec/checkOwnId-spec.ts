import { expect } from "chai";
import { checkOwnId } from "../lib/checkOwnId.js";

describe("checkOwnId", () => {
  for (const opId of ["trace:span", "trace:", "agent", "**", "Agent:7", "x agent:7", "é".repeat(512)]) {
    it(`takes ${JSON.stringify(opId).slice(0, 20)}`, () => checkOwnId("--op", opId));
  }

  for (const [opId, expected] of [
    [undefined, "a non-empty string"],
    [null, "a non-empty string"],
    ["", "a non-empty string"],
    [7, "a non-empty string"],
    [{}, "a non-empty string"],
    ["*", "the id of one op"],
    ["agent:", "the id of one op"],
    ["agent:agent-7", "the id of one op"],
    ["x".repeat(1_025), "of 1024 bytes at most"],
    ["é".repeat(513), "of 1024 bytes at most"],
  ] as const) {
    it(`refuses ${JSON.stringify([opId]).slice(1, 21)}, by the name that it goes by`, () => {
      expect(() => checkOwnId("--op", opId)).to.throw(TypeError, `--op must be ${expected}`);
    });
  }

  it("says what serves instead of a reserved id, where something does", () => {
    expect(() => checkOwnId("op", "*", " (halt-fleet)")).to.throw(TypeError, /all of an agent \(halt-fleet\)$/);
    expect(() => checkOwnId("op", "*")).to.throw(TypeError, /all of an agent$/);
  });
});
