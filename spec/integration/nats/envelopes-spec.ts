import { expect } from "chai";
import type { RefusedReason } from "../../../lib/Diagnostic.js";
import { envelopeOf, type OpControlEnvelope } from "../../../lib/nats/OpControlEnvelope.js";
import { agentSubject, GLOBAL_SUBJECT } from "../../../lib/nats/subjects.js";
import { US } from "../../helpers/gateways.js";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { AGENT, FLEET, OP } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";
import { Bus, first, opIs } from "./bus.js";

const OURS = agentSubject(US);

/** A TERMINATE that an honest operator would not send. */
function forged(opId: string, details: Partial<OpControlEnvelope> = {}): OpControlEnvelope {
  return { ...envelopeOf(opId, "TERMINATE", US), ...details };
}

describeWithNats("A forged envelope on a real bus", () => {
  let bus: Bus;

  before(async () => {
    bus = await Bus.start();
  });

  beforeEach(() => bus.renewStream());

  after(() => bus[Symbol.asyncDispose]());

  const rows: readonly (readonly [string, RefusedReason, string, OpControlEnvelope])[] = [
    ["of another tenant on our subject", "otherSubject", OURS, forged(OP, { org_id: "evil" })],
    ["of another agent on our subject", "otherSubject", OURS, forged(OP, { agent_id: "agent-8" })],
    ["of another team of the same organisation", "otherAgent", OURS, forged(OP, { team_id: "support" })],
    ["of our agent without its team", "otherAgent", OURS, forged(OP, { team_id: "" })],
    ["that says it is global, on our subject", "widerScope", OURS, forged(FLEET, { global: true })],
    ["for an op that says it is global, on our subject", "widerScope", OURS, forged(OP, { global: true })],
    ["for the fleet on our subject", "widerScope", OURS, forged(FLEET)],
    ["for another agent by its reserved id", "otherAgent", OURS, forged("agent:agent-8")],
    ["for our agent on the subject of all", "otherSubject", GLOBAL_SUBJECT, forged(OP)],
    [
      "for our agent on the subject of all, as a global one",
      "otherSubject",
      GLOBAL_SUBJECT,
      forged(AGENT, { global: true }),
    ],
  ];

  for (const replayed of [true, false]) {
    for (const [what, reason, subject, envelope] of rows) {
      it(`${what} changes nothing and is told, ${replayed ? "in a replay" : "while live"}`, async () => {
        using control = bus.agent();
        const refusals = record(control.diagnostics$);
        const told = record(control.signals$);
        if (!replayed) await control.ready();
        await bus.publishRaw(subject, envelope);
        await control.ready();
        await bus.publish("behind it", "PAUSE");
        if (subject === GLOBAL_SUBJECT) await bus.publish(FLEET, "PAUSE", null);
        await opIs(control, "behind it", "paused");
        if (refusals.values.length === 0) await first(control.diagnostics$, () => true);
        expect(refusals.values).to.deep.equal([{ kind: "refusedEnvelope", reason, subject, count: 1 }]);
        expect(told.values.filter(({ signal }) => signal === "TERMINATE")).to.be.empty;
        expect(control.isTerminated(OP)).to.be.false;
      });
    }
  }

  it("of an agent whose id is a pattern is not ours, nor does it get what is ours", async () => {
    using star = bus.agent({ agentId: "*" });
    using all = bus.agent({ agentId: ">" });
    const told = [star, all].map((control) => record(control.signals$));
    await Promise.all([star.ready(), all.ready()]);
    await bus.publish(OP, "TERMINATE");
    await bus.publish(FLEET, "PAUSE", null);
    await Promise.all([star, all].map((control) => first(control.status(OP), ({ state }) => state === "paused")));
    expect(told.flatMap(({ values }) => values.map(({ signal }) => signal))).to.deep.equal(["PAUSE", "PAUSE"]);
  });

  it("is not needed by an agent whose ids are of any letters: it gets what is published for it", async () => {
    const agent = { orgId: "größe.*", teamId: "", agentId: "агент 7/>" };
    using control = bus.agent(agent);
    await control.ready();
    await bus.publish(OP, "TERMINATE", agent);
    await opIs(control, OP, "terminated");
  });
});
