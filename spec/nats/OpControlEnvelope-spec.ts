import { expect } from "chai";
import fc from "fast-check";
import type { RefusedReason } from "../../lib/Diagnostic.js";
import {
  envelopeOf,
  type OpControlEnvelope,
  parseEnvelope,
  refusalOfEnvelope,
} from "../../lib/nats/OpControlEnvelope.js";
import { agentSubject, GLOBAL_SUBJECT } from "../../lib/nats/subjects.js";
import { US } from "../helpers/gateways.js";
import { AGENT, FLEET, OP } from "../helpers/opControl.js";

const OURS = agentSubject(US);

const bytes = (given: unknown): Uint8Array => Buffer.from(typeof given === "string" ? given : JSON.stringify(given));

describe("OpControlEnvelope", () => {
  describe("envelopeOf", () => {
    it("is what the gateway sends to an agent's op", () => {
      expect(envelopeOf(OP, "TERMINATE", US)).to.deep.equal({
        ...{ org_id: "acme", team_id: "payments", agent_id: "agent-7" },
        ...{ op_id: OP, signal: 3, global: false },
      });
    });

    it("is global and of nobody where it is for the fleet", () => {
      expect(envelopeOf(FLEET, "RESUME")).to.deep.equal({
        ...{ org_id: "", team_id: "", agent_id: "", op_id: "*", signal: 2, global: true },
      });
    });
  });

  describe("parseEnvelope", () => {
    const envelope = envelopeOf(OP, "PAUSE", US);

    it("reads what was written", () => {
      expect(parseEnvelope(bytes(envelope))).to.deep.equal(envelope);
    });

    it("reads one that says more, and leaves it to others whether the signal is one", () => {
      expect(parseEnvelope(bytes({ ...envelope, more: true, signal: 99 }))).to.include({ op_id: OP, signal: 99 });
    });

    for (const [what, data] of [
      ["nothing", ""],
      ["no JSON", "PAUSE"],
      ["half of it", JSON.stringify(envelope).slice(0, -1)],
      ["null", "null"],
      ["a number", "1"],
      ["a text", '"PAUSE"'],
      ["a list", [envelope]],
      ["one without an op", { ...envelope, op_id: undefined }],
      ["one without a tenant", { ...envelope, org_id: undefined }],
      ["one whose op is a number", { ...envelope, op_id: 7 }],
      ["one whose signal is a name", { ...envelope, signal: "PAUSE" }],
      ["one whose signal is a fraction", { ...envelope, signal: 1.5 }],
      ["one whose signal gRPC has no number for", { ...envelope, signal: 2 ** 31 }],
      ["one whose signal is below all of those", { ...envelope, signal: -(2 ** 31) - 1 }],
      ["one whose op is longer than gRPC carries", { ...envelope, op_id: "é".repeat(16_385) }],
      ["one whose op has half a character, for which UTF-8 has another", { ...envelope, op_id: "x\ud800" }],
      ["one that does not say whether it is global", { ...envelope, global: undefined }],
      ["one that is global in words", { ...envelope, global: "true" }],
    ] as const) {
      it(`takes ${what} for none`, () => {
        expect(parseEnvelope(bytes(data))).to.be.undefined;
      });
    }

    it("reads what is just within those bounds", () => {
      for (const more of [
        { signal: 2 ** 31 - 1 },
        { signal: -(2 ** 31) },
        { op_id: "é".repeat(16_384) },
        { op_id: "😀" },
      ]) {
        expect(parseEnvelope(bytes({ ...envelope, ...more }))).to.deep.equal({ ...envelope, ...more });
      }
    });

    it("takes invalid UTF-8 for none: the op's id would be another one", () => {
      const data = bytes(envelope);
      data[data.indexOf(OP.charCodeAt(0))] = 0xff;
      expect(parseEnvelope(data)).to.be.undefined;
    });

    it("never throws", () => {
      fc.assert(
        fc.property(fc.uint8Array(), fc.json(), (data, json) => {
          parseEnvelope(data);
          parseEnvelope(bytes(json));
        }),
      );
    });
  });

  describe("refusalOfEnvelope", () => {
    const ofUs = (opId: string, details: Partial<OpControlEnvelope> = {}): OpControlEnvelope => ({
      ...envelopeOf(opId, "PAUSE", US),
      ...details,
    });

    for (const [what, envelope, subject] of [
      ["an op of ours on our subject", ofUs(OP), OURS],
      ["us by our reserved id", ofUs(AGENT), OURS],
      ["the fleet on the subject of all", envelopeOf(FLEET, "PAUSE"), GLOBAL_SUBJECT],
    ] as const) {
      it(`lets ${what} be`, () => {
        expect(refusalOfEnvelope(envelope, subject, US)).to.be.undefined;
      });
    }

    const rows: readonly (readonly [string, RefusedReason, OpControlEnvelope, string])[] = [
      ["another organisation", "otherSubject", ofUs(OP, { org_id: "evil" }), OURS],
      ["another agent", "otherSubject", ofUs(OP, { agent_id: "agent-8" }), OURS],
      ["no agent", "otherSubject", ofUs(OP, { agent_id: "" }), OURS],
      ["another team of the same organisation", "otherAgent", ofUs(OP, { team_id: "support" }), OURS],
      ["a team that is called as our organisation", "otherAgent", ofUs(OP, { org_id: "", team_id: "acme" }), OURS],
      ["the fleet on our subject", "widerScope", ofUs(FLEET), OURS],
      ["all on our subject", "widerScope", ofUs(OP, { global: true }), OURS],
      ["another agent by its reserved id", "otherAgent", ofUs("agent:agent-8"), OURS],
      ["an agent without a name", "otherAgent", ofUs("agent:"), OURS],
      ["us on the subject of all", "otherSubject", ofUs(OP), GLOBAL_SUBJECT],
      ["us on the subject of all, as a global one", "otherSubject", ofUs(AGENT, { global: true }), GLOBAL_SUBJECT],
    ];
    for (const [what, reason, envelope, subject] of rows) {
      it(`refuses ${what}: ${reason}`, () => {
        expect(refusalOfEnvelope(envelope, subject, US)).to.equal(reason);
      });
    }

    it("tells an agent without organisation and team from one of an organisation that is called default", () => {
      const none = { agentId: "agent-7" };
      const named = { orgId: "default", teamId: "", agentId: "agent-7" };
      expect(agentSubject(none)).to.equal(agentSubject(named));
      expect(refusalOfEnvelope(envelopeOf(OP, "PAUSE", none), agentSubject(none), none)).to.be.undefined;
      expect(refusalOfEnvelope(envelopeOf(OP, "PAUSE", named), agentSubject(none), none)).to.equal("otherAgent");
    });

    it("lets nobody speak for another agent on any agent's subject", () => {
      const id = fc.constantFrom("", "a", "b", "default", "*");
      const ids = fc.record({ org_id: id, team_id: id, agent_id: id });
      const opId = fc.constantFrom("op", "*", "agent:a", "agent:b", "agent:");
      fc.assert(
        fc.property(ids, opId, fc.boolean(), (claimed, op_id, global) => {
          const us = { orgId: "a", teamId: "b", agentId: "a" };
          const refusal = refusalOfEnvelope({ ...claimed, op_id, signal: 1, global }, agentSubject(us), us);
          const isOurs = claimed.org_id === "a" && claimed.team_id === "b" && claimed.agent_id === "a" && !global;
          expect(refusal === undefined).to.equal(isOurs && (op_id === "op" || op_id === "agent:a"));
        }),
      );
    });
  });
});
