import { expect } from "chai";
import fc from "fast-check";
import { agentSubject, ALL_SUBJECTS, GLOBAL_SUBJECT } from "../../lib/nats/subjects.js";

describe("subjects", () => {
  it("has one for the fleet, and one pattern for all", () => {
    expect(GLOBAL_SUBJECT).to.equal("assembly.opcontrol.global");
    expect(ALL_SUBJECTS).to.equal("assembly.opcontrol.>");
  });

  describe("agentSubject", () => {
    it("names the organisation and the agent", () => {
      expect(agentSubject({ orgId: "acme", teamId: "payments", agentId: "agent-7" })).to.equal(
        "assembly.opcontrol.acme.agent-7",
      );
    });

    it("names the team where there is no organisation, and else the default", () => {
      expect(agentSubject({ orgId: "", teamId: "payments", agentId: "a" })).to.equal("assembly.opcontrol.payments.a");
      expect(agentSubject({ teamId: "payments", agentId: "a" })).to.equal("assembly.opcontrol.payments.a");
      expect(agentSubject({ orgId: "", teamId: "", agentId: "a" })).to.equal("assembly.opcontrol.default.a");
      expect(agentSubject({ agentId: "a" })).to.equal("assembly.opcontrol.default.a");
    });

    for (const [id, token] of [
      ["AZaz09-", "AZaz09-"],
      ["_", "_5F"],
      ["*", "_2A"],
      [">", "_3E"],
      ["a.b", "a_2Eb"],
      ["a b\r\n", "a_20b_0D_0A"],
      ["größe", "gr_C3_B6_C3_9Fe"],
      ["🛑", "_F0_9F_9B_91"],
    ] as const) {
      it(`writes ${JSON.stringify(id)} as ${token}`, () => {
        expect(agentSubject({ orgId: id, agentId: id })).to.equal(`assembly.opcontrol.${token}.${token}`);
      });
    }

    it("is never a pattern, another agent's or the fleet's, whatever the ids", () => {
      const id = fc.string({ minLength: 1, unit: "grapheme" });
      fc.assert(
        fc.property(id, id, id, id, (orgId, agentId, otherOrgId, otherAgentId) => {
          const subject = agentSubject({ orgId, agentId });
          expect(subject).to.match(/^assembly\.opcontrol\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);
          const other = agentSubject({ orgId: otherOrgId, agentId: otherAgentId });
          expect(subject === other).to.equal(orgId === otherOrgId && agentId === otherAgentId);
        }),
      );
    });
  });
});
