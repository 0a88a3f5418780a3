import { expect } from "chai";
import { EnvelopeReader } from "../../lib/nats/EnvelopeReader.js";
import { envelopeOf } from "../../lib/nats/OpControlEnvelope.js";
import { agentSubject, GLOBAL_SUBJECT } from "../../lib/nats/subjects.js";
import { US } from "../helpers/gateways.js";
import { FLEET, OP } from "../helpers/opControl.js";

const subject = agentSubject(US);
const data = (envelope: unknown): Uint8Array => Buffer.from(JSON.stringify(envelope));

describe("EnvelopeReader", () => {
  it("gives a message with the stream's sequence, and leaves the signal as it came", () => {
    const reader = new EnvelopeReader(US);
    const read = reader.read(subject, data(envelopeOf(OP, "RESUME", US)), 2 ** 53 - 1);
    expect(read).to.deep.equal({ opId: OP, signal: 2, sequence: 9_007_199_254_740_991n, agent: US });
    const global = reader.read(GLOBAL_SUBJECT, data(envelopeOf(FLEET, "PAUSE")), 1);
    expect(global).to.deep.equal({ opId: FLEET, signal: 1, sequence: 1n, agent: undefined });
  });

  it("reads for whichever agent it is, where it is told of none", () => {
    const reader = new EnvelopeReader();
    for (const agent of [US, { orgId: "", teamId: "", agentId: "other" }]) {
      const read = reader.read(agentSubject(agent), data(envelopeOf(OP, "PAUSE", agent)), 1);
      expect(read).to.deep.equal({ opId: OP, signal: 1, sequence: 1n, agent });
    }
    for (const [wrong, envelope, reason] of [
      [subject, envelopeOf(OP, "PAUSE", { ...US, agentId: "other" }), "otherSubject"],
      [subject, envelopeOf(FLEET, "PAUSE"), "widerScope"],
      [subject, envelopeOf("agent:other", "PAUSE", US), "otherAgent"],
      [GLOBAL_SUBJECT, envelopeOf(OP, "PAUSE"), "otherSubject"],
    ] as const) {
      expect(reader.read(wrong, data(envelope), 1)).to.have.nested.property("refused.reason", reason);
    }
  });

  it("says what it refuses and why, and counts", () => {
    const reader = new EnvelopeReader(US);
    expect(reader.read(subject, data("PAUSE"), 1)).to.deep.equal({
      refused: { kind: "refusedEnvelope", reason: "notAnEnvelope", subject, count: 1 },
    });
    expect(reader.read(subject, data(envelopeOf(FLEET, "PAUSE")), 2)).to.deep.equal({
      refused: { kind: "refusedEnvelope", reason: "widerScope", subject, count: 2 },
    });
  });

  it("shows no subject as it came", () => {
    const reader = new EnvelopeReader(US);
    const { refused } = reader.read(`assembly.\u001b[2J${"x".repeat(500)}`, data(1), 1) as {
      refused: { subject: string };
    };
    expect(refused.subject).to.match(/^assembly\.\\u001b\[2Jx+…$/);
  });
});
