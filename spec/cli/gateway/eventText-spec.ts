import { expect } from "chai";
import { eventJson } from "../../../lib/cli/gateway/eventJson.js";
import { eventText } from "../../../lib/cli/gateway/eventText.js";
import type { GatewayEvent } from "../../../lib/cli/gateway/GatewayEvent.js";
import { US } from "../../helpers/gateways.js";

const EVIL = "x\u001b[2J\n\u202e";
const SHOWN = "x\\u001b[2J\\u000a\\u202e";
const record = { op_id: EVIL, state: "paused", registered_at: "then", updated_at: "now" } as const;
const halt = { target: EVIL, action: "terminate", accepted_at: "now" } as const;
const sent = { opId: EVIL, signal: 1, sequence: 2n ** 64n - 1n, agent: undefined, streams: 3 };
const listening = {
  type: "listening",
  endpoint: "host:1",
  asksForToken: true,
  apiUrl: "http://host:2",
  asksForKey: true,
} as const;
const nameless = { orgId: "", agentId: EVIL };

/** Each event, as lines for people and as the fields of its JSON. */
const rows: readonly (readonly [string, GatewayEvent, string, object])[] = [
  [
    "listening, guarded",
    listening,
    "gateway for development, not for production: it forgets everything when it ends\n" +
      "agents     gRPC on host:1, with a credential token\n" +
      "operators  REST on http://host:2, with the key\n",
    {
      purpose: "for development, not for production",
      endpoint: "host:1",
      asksForToken: true,
      apiUrl: "http://host:2",
      asksForKey: true,
    },
  ],
  ["subscribed", { type: "subscribed", agent: US }, "subscribed acme/payments/agent-7\n", { agent: US }],
  [
    "left",
    { type: "left", agent: nameless },
    `left       ${SHOWN}\n`,
    { agent: { orgId: "", teamId: "", agentId: EVIL } },
  ],
  [
    "registered for nobody",
    { type: "registered", record, agent: undefined },
    `registered ${SHOWN}, paused, for everyone\n`,
    { opId: EVIL, state: "paused" },
  ],
  [
    "registered for an agent",
    { type: "registered", record, agent: US },
    `registered ${SHOWN}, paused, for acme/payments/agent-7\n`,
    { opId: EVIL, state: "paused", agent: US },
  ],
  [
    "accepted",
    { type: "accepted", action: "pause", record },
    `accepted   pause ${SHOWN}, which is paused now\n`,
    { action: "pause", opId: EVIL, state: "paused" },
  ],
  [
    "a halt of an agent",
    { type: "halted", halt: { scope: "agent", ...halt } },
    `accepted   terminate every op of ${SHOWN}\n`,
    { action: "terminate", scope: "agent", target: EVIL },
  ],
  [
    "a halt of the fleet",
    { type: "halted", halt: { scope: "global", ...halt, target: "" } },
    "accepted   terminate the whole fleet\n",
    { action: "terminate", scope: "global", target: "" },
  ],
  [
    "sent to everyone",
    { type: "sent", sent },
    `sent       PAUSE ${SHOWN} to everyone, #18446744073709551615\n`,
    { opId: EVIL, signal: "PAUSE", sequence: "18446744073709551615", streams: 3 },
  ],
  [
    "sent to nobody",
    { type: "sent", sent: { ...sent, signal: 99, agent: US, streams: 0 } },
    `sent       99 ${SHOWN} to acme/payments/agent-7, #18446744073709551615: nobody here is subscribed to hear it\n`,
    { opId: EVIL, signal: "99", sequence: "18446744073709551615", streams: 0, agent: US },
  ],
  [
    "a bus that is live",
    { type: "bus", status: { state: "live", attempt: 1, since: 7 } },
    "bus        live\n",
    { state: "live", attempt: 1, since: 7 },
  ],
  [
    "a bus that is tried again",
    { type: "bus", status: { state: "reconnecting", attempt: 3, since: 7, retryInMs: 1_500, lastError: "gone" } },
    "bus        reconnecting, attempt 3 in 1.5 s: gone\n",
    { state: "reconnecting", attempt: 3, since: 7, retryInMs: 1_500, lastError: "gone" },
  ],
  [
    "a message of the bus that is for nobody",
    { type: "refused", refused: { kind: "refusedEnvelope", reason: "widerScope", subject: "a.b", count: 2 } },
    "refused    a message on a.b: it claims a wider scope than its subject\n",
    { reason: "widerScope", subject: "a.b", count: 2 },
  ],
  ["closed", { type: "closed" }, "closed     every stream has ended\n", {}],
];

describe("a gateway's events", () => {
  for (const [name, event, text, fields] of rows) {
    it(`${name}: as lines, and as one of JSON`, () => {
      expect(eventText(event)).to.equal(text);
      const line = eventJson(event);
      expect(line).to.match(/^[^\u0000-\u001f\u007f-\u009f\u202e]+\n$/);
      const { at, ...said } = JSON.parse(line) as { at: string };
      expect(at).to.equal(new Date(at).toISOString());
      expect(said).to.deep.equal({ type: event.type, ...fields });
    });
  }

  it("say which bus a gateway is on", () => {
    const onBus = { ...listening, nats: ["one:4222", "two\u001b:4222"] };
    expect(eventText(onBus)).to.match(/\nbus {8}NATS on one:4222, two\\u001b:4222\n$/);
    expect(JSON.parse(eventJson(onBus))).to.have.deep.property("nats", onBus.nats);
  });

  it("say of a gateway that asks for nothing no more than where it is", () => {
    const open = eventText({ ...listening, asksForToken: false, asksForKey: false });
    expect(open).to.match(/gRPC on host:1\noperators {2}REST on http:\/\/host:2\n$/);
  });
});
