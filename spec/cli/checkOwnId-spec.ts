import { expect } from "chai";
import { checkOwnId } from "../../lib/cli/checkOwnId.js";

describe("checkOwnId", () => {
  for (const opId of ["trace:span", "trace:", "agent", "**", "Agent:7", "x agent:7"]) {
    it(`takes ${JSON.stringify(opId)}`, () => checkOwnId(opId, "--op"));
  }

  for (const opId of ["", "*", "agent:", "agent:agent-7"]) {
    it(`refuses ${JSON.stringify(opId)}`, () => {
      expect(() => checkOwnId(opId, "--op")).to.throw(TypeError, /^--op must be the id of /);
    });
  }
});
