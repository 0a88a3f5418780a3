import { expect } from "chai";
import { checkAgent } from "../../lib/nats/checkAgent.js";

describe("checkAgent", () => {
  it("takes an agent with or without organisation and team", () => {
    checkAgent({ agentId: "a" });
    checkAgent({ orgId: "", teamId: "b", agentId: "a" });
    checkAgent({ orgId: undefined, agentId: "a" });
  });

  it("names what is wrong, and where it is", () => {
    expect(() => checkAgent({ agentId: "" })).to.throw(TypeError, "agentId must be a non-empty string");
    expect(() => checkAgent({ agentId: "a", orgId: 1 }, "agent")).to.throw(TypeError, "agent.orgId must be a string");
    expect(() => checkAgent("a", "agent")).to.throw(TypeError, "agent must be an object");
  });
});
