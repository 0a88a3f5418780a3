import { expect } from "chai";
import { agentText } from "../../../lib/cli/connection/agentText.js";

describe("agentText", () => {
  for (const [agent, expected] of [
    [{ agentId: "agent-7" }, "agent-7"],
    [{ orgId: "", teamId: "", agentId: "agent-7" }, "agent-7"],
    [{ orgId: "acme", agentId: "agent-7" }, "agent-7 (org acme)"],
    [{ orgId: "", teamId: "payments", agentId: "agent-7" }, "agent-7 (team payments)"],
    [{ orgId: "acme", teamId: "payments", agentId: "agent-7" }, "agent-7 (org acme, team payments)"],
    [{ teamId: "\u001b[2J", agentId: "a\n" }, "a\\u000a (team \\u001b[2J)"],
  ] as const) {
    it(`is ${expected}`, () => {
      expect(agentText(agent)).to.equal(expected);
    });
  }
});
