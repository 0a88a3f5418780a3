import { expect } from "chai";
import { publishSignal, type SignalToPublish } from "../../lib/nats/publishSignal.js";
import { US } from "../helpers/gateways.js";
import { FLEET, OP } from "../helpers/opControl.js";
import { rejectionOf } from "../helpers/record.js";
import { FakeBus } from "./FakeBus.js";

describe("publishSignal refuses with a TypeError that names it, and publishes nothing:", () => {
  const rows: readonly (readonly [string, object])[] = [
    ["signal must be", { opId: OP, signal: "STOP", agent: US }],
    ["signal must be", { opId: OP, signal: 1, agent: US }],
    ["agent must be given for every op but the fleet's", { opId: OP, signal: "PAUSE" }],
    ["agent must be given for every op but the fleet's", { opId: FLEET, signal: "PAUSE", agent: US }],
    ["agent must be an object", { opId: OP, signal: "PAUSE", agent: "agent-7" }],
    ["agent.agentId must be a non-empty string", { opId: OP, signal: "PAUSE", agent: { orgId: "acme" } }],
    ["agent.orgId must be a string", { opId: OP, signal: "PAUSE", agent: { ...US, orgId: 7 } }],
    ["opId must be a non-empty string of up to 1024 bytes", { opId: "", signal: "PAUSE", agent: US }],
    ["opId must be a non-empty string of up to 1024 bytes", { opId: 7, signal: "PAUSE", agent: US }],
    ["opId must be a non-empty string of up to 1024 bytes", { opId: "ö".repeat(513), signal: "PAUSE", agent: US }],
    ['if it is an "agent:…" that of the agent', { opId: "agent:agent-8", signal: "PAUSE", agent: US }],
    ["opId must be a non-empty string of up to 1024 bytes", { opId: "x\ud800", signal: "PAUSE", agent: US }],
    ["timeoutMs must be", { opId: OP, signal: "PAUSE", agent: US, timeoutMs: 0 }],
  ];
  for (const [message, signal] of rows) {
    it(`${message} (${JSON.stringify(signal).slice(0, 90)})`, async () => {
      const bus = new FakeBus();
      bus.rtt = () => expect.fail("asked");
      const error = await rejectionOf(publishSignal(bus.connection, signal as SignalToPublish), TypeError);
      expect(error.message).to.include(message);
    });
  }
});
