import { jetstreamManager } from "@nats-io/jetstream";
import { expect } from "chai";
import type { Diagnostic } from "../../../lib/Diagnostic.js";
import { envelopeOf } from "../../../lib/nats/OpControlEnvelope.js";
import { STREAM_NAME } from "../../../lib/nats/streamConfig.js";
import { agentSubject } from "../../../lib/nats/subjects.js";
import type { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import type { DevGatewayOptions } from "../../../lib/testing/DevGatewayOptions.js";
import { OpRefusedError } from "../../../lib/testing/rest/OpRefusedError.js";
import { connectTo, US } from "../../helpers/gateways.js";
import { eventually } from "../../helpers/eventually.js";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { AGENT, FLEET, OP } from "../../helpers/opControl.js";
import { record, rejectionOf } from "../../helpers/record.js";
import { askApi } from "../../testing/rest/askApi.js";
import { Bus, first, opIs } from "./bus.js";

const NEIGHBOUR = { ...US, agentId: "agent-8" };

describeWithNats("Gateways on a bus", function () {
  this.timeout(30_000);

  let bus: Bus;
  const opened: (AsyncDisposable | Disposable)[] = [];

  async function gatewayOn(options: DevGatewayOptions = {}): Promise<DevGateway> {
    const gateway = await DevGateway.start({ nats: bus.network.endpoint, ...options });
    opened.push(gateway);
    return gateway;
  }

  async function agentOf(gateway: DevGateway, agent = US): Promise<OpControlSubscriber> {
    const control = connectTo(gateway, agent);
    opened.push(control);
    await control.ready();
    return control;
  }

  beforeEach(async () => {
    bus = await Bus.start({ stream: false });
  });

  afterEach(async () => {
    for (const it of opened.splice(0)) {
      if (Symbol.asyncDispose in it) await it[Symbol.asyncDispose]();
      else it[Symbol.dispose]();
    }
    await bus[Symbol.asyncDispose]();
  });

  it("create the stream, and relay what an operator of either does to the agents of both, and to those on the bus", async () => {
    const [one, two] = [await gatewayOn({ rest: {} }), await gatewayOn({ rest: {} })];
    const agents = [await agentOf(one), await agentOf(two, NEIGHBOUR), bus.agent({ agentId: "agent-9" })];
    opened.push(agents[2]!);
    await agents[2]!.ready();
    for (const [{ apiUrl }, action, state] of [
      [one, "pause", "paused"],
      [two, "resume", "running"],
      [one, "terminate", "terminated"],
    ] as const) {
      const answer = await askApi(apiUrl, { method: "POST", path: "/api/v1/ops/global/halt", body: { action } });
      expect(answer.status).to.equal(200);
      for (const control of agents) await opIs(control, OP, state);
    }
    const { streams } = await jetstreamManager(bus.operator);
    expect((await streams.info(STREAM_NAME)).state.messages).to.equal(3);
  });

  it("relay what is for one agent to that one only, wherever it is", async () => {
    const [one, two] = [await gatewayOn(), await gatewayOn()];
    const [us, neighbour] = [await agentOf(two), await agentOf(two, NEIGHBOUR)];
    const heard = record(neighbour.signals$).values;
    one.ops.register(OP, US);
    await one.ops.act(OP, "pause");
    await opIs(us, OP, "paused");
    await one.ops.haltAgent(OP, "terminate");
    await opIs(us, "any:op", "terminated");
    await one.ops.haltFleet("pause");
    await opIs(neighbour, OP, "paused");
    expect(heard).to.deep.equal([{ opId: FLEET, signal: "PAUSE", sequence: 2n }]);
  });

  it("refuse to signal an op that is nobody's, for which the bus has no subject", async () => {
    const gateway = await gatewayOn();
    gateway.ops.register(OP);
    expect(await rejectionOf(gateway.ops.act(OP, "pause"), Error)).to.include({ name: "OpRefusedError", status: 409 });
    expect(gateway.ops.get(OP)?.state).to.equal("running");
  });

  it("have the same records of what was told, also of an op that is registered with another", async () => {
    const [one, two] = [await gatewayOn({ rest: {} }), await gatewayOn({ rest: {} })];
    const control = await agentOf(two);
    one.ops.register(OP, US);
    await one.ops.act(OP, "pause");
    await opIs(control, OP, "paused");
    expect(two.ops.get(OP)?.state).to.equal("paused");
    one.kill();
    await two.ops.act(OP, "resume");
    await opIs(control, OP, "running");
  });

  it("do not tell what is retained to agents that come later, and flap for nobody when they are started anew", async () => {
    const one = await gatewayOn();
    await one.ops.haltFleet("pause");
    await one.ops.haltFleet("resume");
    await bus.publish(OP, "TERMINATE");
    await one.close();
    const { port } = one;
    const control = connectTo(one, { reconnect: { initialDelayMs: 1, maxDelayMs: 5 } });
    opened.push(control);
    const signals = record(control.signals$).values;
    const two = await gatewayOn({ port });
    await control.ready();
    await two.ops.haltFleet("pause");
    await opIs(control, OP, "paused");
    expect(signals.map(({ opId, signal }) => [opId, signal])).to.deep.equal([[FLEET, "PAUSE"]]);
  });

  it("are on the bus once it is mended, where they could start without it", async () => {
    bus.hide();
    const gateway = await gatewayOn();
    const control = await agentOf(gateway);
    const { streams } = await jetstreamManager(bus.operator);
    await streams.add({ name: STREAM_NAME, subjects: ["assembly.opcontrol.global"] });
    await bus.show();
    await first(gateway.bus$, ({ lastError = "" }) => lastError.includes("its subjects do not cover"));
    const error = await rejectionOf(gateway.ops.haltFleet("pause"), OpRefusedError);
    expect(error.message).to.match(/the bus is out of reach$/);
    await bus.deleteStream();
    await first(gateway.bus$, ({ state }) => state === "live");
    await gateway.ops.haltFleet("terminate");
    await opIs(control, OP, "terminated");
  });

  it("do not start on a bus that asks who they are", async () => {
    await using closed = await Bus.start({
      config: "authorization { user: operator, password: op }",
      credentials: { user: "operator", pass: "op" },
    });
    const error = await rejectionOf(gatewayOn({ nats: closed.server.address }), Error);
    expect(error.message).to.match(/^the bus cannot be used: Authorization Violation/i);
  });

  it("keep every stream, whatever is published: what gRPC could not carry is refused", async () => {
    const control = await agentOf(await gatewayOn());
    const channel = record(control.connection$).values;
    const ours = agentSubject(US);
    for (const wrong of [{ signal: 2 ** 31 }, { op_id: "x".repeat(70_000) }, { op_id: "x\ud800" }]) {
      await bus.publishRaw(ours, { ...envelopeOf(OP, "PAUSE", US), ...wrong });
    }
    await bus.publish(FLEET, "TERMINATE", null);
    await opIs(control, OP, "terminated");
    expect(channel.map(({ state }) => state)).to.deep.equal(["live"]);
  });

  it("refuse at once, with no change of a record, while the bus is out of reach, and relay what they have missed then", async () => {
    const [one, two] = [await gatewayOn(), await gatewayOn({ nats: bus.server.address })];
    const control = await agentOf(one);
    one.ops.register(OP, US);
    bus.hide();
    await first(one.bus$, ({ state }) => state === "reconnecting");
    const error = await rejectionOf(one.ops.act(OP, "pause"), OpRefusedError);
    expect(error.status).to.equal(503);
    expect(error.message).to.match(/the bus is out of reach$/);
    expect(one.ops.get(OP)?.state).to.equal("running");
    expect(control.streamAlive()).to.be.true;

    two.ops.register(OP, US);
    const states = record(control.status(OP)).values;
    for (const action of ["pause", "resume", "pause"] as const) await two.ops.act(OP, action);
    await bus.show();
    await opIs(control, OP, "paused");
    await one.ops.act(OP, "terminate");
    await opIs(control, OP, "terminated");
    // Never in between: what is behind it is just as old.
    expect(states.map(({ state }) => state)).to.deep.equal(["running", "paused", "terminated"]);
  });

  it("relay a RESUME that they have missed, of one agent's op though another's of that name was paused since", async () => {
    const gateway = await gatewayOn();
    const [us, neighbour] = [await agentOf(gateway), await agentOf(gateway, NEIGHBOUR)];
    await bus.publish(OP, "PAUSE");
    await opIs(us, OP, "paused");
    bus.hide();
    await first(gateway.bus$, ({ state }) => state === "reconnecting");
    await bus.publish(OP, "RESUME");
    await bus.publish(OP, "PAUSE", NEIGHBOUR);
    await bus.show();
    await opIs(neighbour, OP, "paused");
    await opIs(us, OP, "running");
  });

  it("start without the bus, say so, and are on it when it is there", async () => {
    bus.hide();
    const gateway = await gatewayOn();
    const control = await agentOf(gateway);
    const { lastError } = await first(gateway.bus$, ({ state }) => state === "reconnecting");
    expect(lastError).to.be.a("string");
    await bus.show();
    await first(gateway.bus$, ({ state }) => state === "live");
    await gateway.ops.haltFleet("pause");
    await opIs(control, OP, "paused");
  });

  it("make a stream that was deleted anew, and go on", async () => {
    const gateway = await gatewayOn();
    const control = await agentOf(gateway);
    const lost = first(gateway.bus$, ({ state }) => state === "reconnecting");
    await bus.deleteStream();
    await lost;
    await first(gateway.bus$, ({ state }) => state === "live");
    await gateway.ops.haltFleet("terminate");
    await opIs(control, OP, "terminated");
  });

  it("do not start on a stream that is not one for signals", async () => {
    const { streams } = await jetstreamManager(bus.operator);
    await streams.add({ name: STREAM_NAME, subjects: ["assembly.opcontrol.global"] });
    const error = await rejectionOf(gatewayOn(), Error);
    expect(error.message).to.match(
      /^the bus cannot be used: stream AA_OPCONTROL cannot be used: its subjects do not cover/,
    );
    await eventually(async () => (await bus.server.connections()) === 1, "only the operator is connected");
  });

  it("say what came on the bus and is for nobody, and do not relay it", async () => {
    const gateway = await gatewayOn();
    const control = await agentOf(gateway);
    const refusals: Diagnostic[] = record(gateway.diagnostics$).values;
    const ours = agentSubject(US);
    await bus.publishRaw(ours, "PAUSE");
    await bus.publishRaw(ours, envelopeOf(OP, "TERMINATE", NEIGHBOUR));
    await bus.publishRaw(ours, envelopeOf(FLEET, "TERMINATE"));
    await bus.publishRaw(ours, envelopeOf("agent:agent-8", "TERMINATE", US));
    await bus.publish(AGENT, "PAUSE");
    await opIs(control, OP, "paused");
    expect(refusals.map((refusal) => "reason" in refusal && refusal.reason)).to.deep.equal([
      "notAnEnvelope",
      "otherSubject",
      "widerScope",
      "otherAgent",
    ]);
  });

  it("pass on a signal that they do not know, for agents say so", async () => {
    const control = await agentOf(await gatewayOn());
    const told = first(control.diagnostics$, ({ kind }) => kind === "malformedSignal");
    await bus.publishRaw(agentSubject(US), { ...envelopeOf(OP, "PAUSE", US), signal: 99 });
    expect(await told).to.include({ reason: "unknownSignal", opId: OP });
  });

  it("drain with the bus still relayed to those who have not left", async () => {
    const [one, two] = [await gatewayOn(), await gatewayOn()];
    const stream = connectTo(one);
    opened.push(stream);
    await stream.ready();
    const drained = one.drain();
    await two.ops.haltFleet("pause");
    await opIs(stream, OP, "paused");
    stream.close();
    await drained;
    expect(record(one.bus$).end).to.equal("completed");
  });

  for (const end of ["close", "kill"] as const) {
    it(`leave nothing on the bus after ${end}()`, async () => {
      const gateway = await gatewayOn();
      expect(await bus.consumers()).to.equal(1);
      const states = record(gateway.bus$).values;
      await gateway[end]();
      expect(states.at(-1)?.state).to.equal("closed");
      await eventually(async () => (await bus.server.connections()) === 1, "only the operator is connected");
      await eventually(async () => (await bus.consumers()) === 0, "no consumer is left");
    });
  }

  it("tell nothing of a bus where there is none", async () => {
    const gateway = await gatewayOn();
    expect(record(gateway.bus$).end).to.equal(undefined);
    await using alone = await DevGateway.start();
    expect(record(alone.bus$)).to.deep.include({ values: [], end: "completed" });
  });

  it("refuse servers that are none, by the option's name", async () => {
    const error = await rejectionOf(DevGateway.start({ nats: [] }), TypeError);
    expect(error.message).to.match(/^nats must be a "host:port"/);
  });
});
