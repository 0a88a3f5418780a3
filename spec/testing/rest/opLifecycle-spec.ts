import { expect } from "chai";
import type { OpRecordState } from "../../../lib/rest/OpRecord.js";
import { hasEnded, type OpStep, stateAfter } from "../../../lib/testing/rest/opLifecycle.js";
import { OpRefusedError } from "../../../lib/testing/rest/OpRefusedError.js";

const states: readonly OpRecordState[] = ["pending", "running", "paused", "completing", "terminated"];

/** What comes of each state, in the order of `states`; a dash where the step is refused. */
const rows: Readonly<Record<OpStep, string>> = {
  allow: "    running    -          -          -          -",
  pause: "    -          paused     -          -          -",
  resume: "   -          -          running    -          -",
  complete: " -          completing -          -          -",
  terminate: "terminated terminated terminated completing terminated",
};

describe("opLifecycle", () => {
  for (const [step, row] of Object.entries(rows) as [OpStep, string][]) {
    for (const [index, expected] of row.trim().split(/ +/).entries()) {
      const state = states[index]!;
      it(`${step} of a ${state} op: ${expected === "-" ? "refused with 409" : expected}`, () => {
        if (expected === "-") {
          expect(() => stateAfter(state, step))
            .to.throw(OpRefusedError, "Operation state does not permit this transition")
            .with.property("status", 409);
        } else {
          expect(stateAfter(state, step)).to.equal(expected);
        }
      });
    }
  }

  it("is over when the op is completing or terminated", () => {
    expect(states.filter(hasEnded)).to.deep.equal(["completing", "terminated"]);
  });
});
