import { expect } from "chai";
import { ackText } from "../../../lib/cli/operator/ackText.js";

const accepted_at = "2026-11-26T19:25:39Z";

describe("ackText", () => {
  it("says what was accepted, and when", () => {
    const halt = { target: "agent-7", accepted_at } as const;
    expect([
      ackText({ op_id: "demo:1", action: "pause", accepted_at }),
      ackText({ op_id: "demo:1\u001b[2J", action: "resume", accepted_at }),
      ackText({ ...halt, scope: "agent", action: "terminate" }),
      ackText({ ...halt, scope: "global", target: "", action: "pause" }),
    ]).to.deep.equal([
      `paused demo:1 at ${accepted_at}`,
      `resumed demo:1\\u001b[2J at ${accepted_at}`,
      `terminated every op of agent agent-7 at ${accepted_at}`,
      `paused every op of every agent at ${accepted_at}`,
    ]);
  });
});
