import { expect } from "chai";
import { isUntouched } from "../../lib/rest/isUntouched.js";
import type { OpRecordState } from "../../lib/rest/OpRecord.js";
import { OP } from "../helpers/opControl.js";

const untouched = (state: OpRecordState, registeredAt: string, updatedAt: string): boolean =>
  isUntouched({ op_id: OP, state, registered_at: registeredAt, updated_at: updatedAt });

describe("isUntouched", () => {
  it("is what runs since it was registered, however that time is written", () => {
    expect(untouched("running", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")).to.be.true;
    expect(untouched("running", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00.000+01:00")).to.be.true;
  });

  it("is not what has changed since, nor what does not run, nor what has no time", () => {
    expect(untouched("running", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.001Z")).to.be.false;
    expect(untouched("paused", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")).to.be.false;
    expect(untouched("terminated", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z")).to.be.false;
    expect(untouched("running", "yesterday", "yesterday")).to.be.false;
  });
});
