import { expect } from "chai";
import { FLEET, OP, OTHER } from "../../helpers/opControl.js";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { record } from "../../helpers/record.js";
import { Bus, first, opIs, statusIs } from "./bus.js";

describeWithNats("A replay from a real NATS server", () => {
  let bus: Bus;

  before(async () => {
    bus = await Bus.start();
  });

  beforeEach(() => bus.renewStream());

  after(() => bus[Symbol.asyncDispose]());

  it("has an agent obey the halt that was published before it started", async () => {
    await bus.publish(FLEET, "PAUSE", null);
    await bus.publish(OP, "TERMINATE");
    using control = bus.agent();
    await control.ready();
    expect(control.isPaused(OTHER)).to.be.true;
    expect(control.isTerminated(OP)).to.be.true;
  });

  for (const [scope, opId, agent] of [
    ["an op", OP],
    ["the agent", "agent:agent-7"],
    ["the fleet", FLEET, null],
  ] as const) {
    it(`of PAUSE, RESUME, PAUSE to ${scope} lets nobody through who waits`, async () => {
      await bus.publish(opId, "PAUSE", agent);
      await bus.publish(opId, "RESUME", agent);
      // Many, so that they do not come in one read.
      await bus.publishMany(Array.from({ length: 300 }, () => [OTHER, "RESUME"] as const));
      await bus.publish(opId, "PAUSE", agent);
      using control = bus.agent({}, { whenStale: { then: "hold", graceMs: 1_000 } });
      const paused = first(control.signals$, ({ signal }) => signal === "PAUSE");
      const states = record(control.status(OP));
      await paused;
      const waiting = record(control.awaitOp(OP));
      await control.ready();
      expect(states.values.map(({ state }) => state)).to.deep.equal(["running", "paused"]);
      expect(waiting.values).to.be.empty;
      await bus.publish(opId, "RESUME", agent);
      await opIs(control, OP, "running");
      expect(waiting.values).to.have.lengthOf(1);
    });
  }

  it("has the RESUME act that was the last word, once all has passed", async () => {
    await bus.publish(OP, "PAUSE");
    await bus.publish(OP, "RESUME");
    await bus.publish(OTHER, "PAUSE");
    using control = bus.agent();
    const told = record(control.signals$);
    await control.ready();
    expect(told.values.map(({ opId, signal }) => `${signal} ${opId}`)).to.deep.equal([
      `PAUSE ${OP}`,
      `PAUSE ${OTHER}`,
      `RESUME ${OP}`,
    ]);
    expect(control.isPaused(OP)).to.be.false;
  });

  it("is over before the channel is live: ready() resolves with the statuses true", async () => {
    await bus.publishMany(
      Array.from({ length: 1_000 }, (_, index) => [`op:${index % 10}`, index < 500 ? "PAUSE" : "RESUME"] as const),
    );
    await bus.publish(OP, "PAUSE");
    using control = bus.agent();
    let paused = -1;
    let taken = 0;
    control.signals$.subscribe(() => taken++);
    control.connection$.subscribe(({ state }) => {
      if (state === "live")
        paused = Array.from({ length: 10 }, (_, op) => control.isPaused(`op:${op}`)).filter(Boolean).length;
    });
    await control.ready();
    expect(control.isPaused(OP)).to.be.true;
    expect(paused).to.equal(0);
    expect(taken).to.equal(500 + 10 + 1);
  });

  it("gives the stream's sequence, as a bigint, also of two signals in one millitwo", async () => {
    using control = bus.agent();
    const told = record(control.signals$);
    await control.ready();
    const [one, two] = await Promise.all([bus.publish(OP, "PAUSE"), bus.publish(OP, "PAUSE")]);
    const three = await bus.publish(OP, "TERMINATE");
    await opIs(control, OP, "terminated");
    expect(typeof one).to.equal("bigint");
    expect(told.values).to.deep.equal([
      { opId: OP, signal: "PAUSE", sequence: one },
      { opId: OP, signal: "PAUSE", sequence: two },
      { opId: OP, signal: "TERMINATE", sequence: three },
    ]);
  });

  it("tells what is no envelope, and obeys what comes after it", async () => {
    const subject = "assembly.opcontrol.acme.agent-7";
    await bus.publishRaw(subject, "no JSON");
    await bus.publishRaw(subject, Uint8Array.of(0x22, 0xff, 0x22));
    await bus.publishRaw(subject, "");
    await bus.publish(OP, "TERMINATE");
    using control = bus.agent();
    const diagnostics = record(control.diagnostics$);
    await control.ready();
    expect(control.isTerminated(OP)).to.be.true;
    expect(diagnostics.values).to.deep.equal(
      [1, 2, 3].map((count) => ({ kind: "refusedEnvelope", reason: "notAnEnvelope", subject, count })),
    );
  });

  it("tells of an op id of more than 1 KiB as of any malformed signal", async () => {
    const { orgId, teamId, agentId } = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
    await bus.publishRaw("assembly.opcontrol.acme.agent-7", {
      ...{ org_id: orgId, team_id: teamId, agent_id: agentId, op_id: "x".repeat(1_025), signal: 3, global: false },
    });
    using control = bus.agent();
    const diagnostics = record(control.diagnostics$);
    await control.ready();
    expect(diagnostics.values).to.have.lengthOf(1);
    expect(diagnostics.values[0]).to.include({ kind: "malformedSignal", reason: "oversizeOpId", count: 1 });
  });

  it("is asked for anew by each subscriber, and no further one disturbs the first", async () => {
    await bus.publish(OP, "PAUSE");
    using early = bus.agent();
    await early.ready();
    const told = record(early.signals$);
    using late = bus.agent();
    await late.ready();
    expect(late.isPaused(OP)).to.be.true;
    expect(told.values).to.be.empty;
    await statusIs(early, "live");
  });
});
