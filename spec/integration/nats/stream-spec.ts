import { jetstreamManager, type StreamConfig } from "@nats-io/jetstream";
import { expect } from "chai";
import { OpControlUnavailableError } from "../../../lib/errors.js";
import { ensureOpControlStream } from "../../../lib/nats/ensureOpControlStream.js";
import { publishSignal, SignalNotPublishedError } from "../../../lib/nats/publishSignal.js";
import { StreamMismatchError } from "../../../lib/nats/StreamUnusableError.js";
import { FaultProxy } from "../../../lib/testing/FaultProxy.js";
import { US } from "../../helpers/gateways.js";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { FLEET, OP } from "../../helpers/opControl.js";
import { record, rejectionOf } from "../../helpers/record.js";
import { Bus, connectTo, opIs, statusIs } from "./bus.js";

const TEN_MINUTES_NANOS = 600_000_000_000;

describeWithNats("The stream on a real bus", () => {
  let bus: Bus;

  before(async () => {
    bus = await Bus.start({ stream: false });
  });

  beforeEach(() => bus.deleteStream());

  after(() => bus[Symbol.asyncDispose]());

  describe("made by ensureOpControlStream", () => {
    it("is as the gateway makes it", async () => {
      await ensureOpControlStream(bus.operator);
      expect(await config()).to.include({
        name: "AA_OPCONTROL",
        retention: "limits",
        storage: "file",
        max_age: TEN_MINUTES_NANOS,
        max_msgs: -1,
        max_bytes: -1,
        max_msgs_per_subject: -1,
      });
      expect((await config()).subjects).to.deep.equal(["assembly.opcontrol.>"]);
    });

    it("is made once, however often and by however many it is asked for", async () => {
      await Promise.all([1, 2, 3].map(() => ensureOpControlStream(bus.operator)));
      await bus.publish(OP, "PAUSE");
      await ensureOpControlStream(bus.operator);
      const { streams } = await jetstreamManager(bus.operator);
      expect((await streams.info("AA_OPCONTROL")).state.messages).to.equal(1);
    });

    it("stays as it is where it keeps more", async () => {
      await make({ max_age: 2 * TEN_MINUTES_NANOS });
      await ensureOpControlStream(bus.operator);
      expect((await config()).max_age).to.equal(2 * TEN_MINUTES_NANOS);
    });
  });

  it("that is missing is what the channel says, and once it is there the channel is live", async () => {
    using control = bus.agent();
    const { lastError } = await statusIs(control, "reconnecting");
    expect(lastError).to.include("AA_OPCONTROL").and.to.include("does not exist");
    await ensureOpControlStream(bus.operator);
    await bus.publish(OP, "PAUSE");
    await control.ready();
    expect(control.isPaused(OP)).to.be.true;
  });

  const wrong: readonly (readonly [string, Partial<StreamConfig>])[] = [
    ["its subjects do not cover assembly.opcontrol.global", { subjects: ["assembly.opcontrol.*.*"] }],
    ["its subjects do not cover assembly.opcontrol.acme.agent-7", { subjects: ["assembly.opcontrol.global"] }],
    ['its storage is "memory", not "file"', { storage: "memory" }],
    ['its retention is "interest", not "limits"', { retention: "interest" }],
    ['its retention is "workqueue", not "limits"', { retention: "workqueue" }],
    ["it keeps signals for less than 10 minutes", { max_age: TEN_MINUTES_NANOS / 2 }],
    ["it keeps only 1 signals per subject", { max_msgs_per_subject: 1 }],
  ];

  for (const [reason, config] of wrong) {
    it(`that would lose signals fails the channel at once: ${reason}`, async () => {
      await make(config);
      using control = bus.agent();
      const channel = record(control.connection$);
      const error = await rejectionOf(control.ready(), OpControlUnavailableError);
      expect(error.cause).to.be.instanceOf(StreamMismatchError).with.property("reason", reason);
      expect(channel.values.map(({ state }) => state)).to.deep.equal(["connecting", "failed"]);
      expect(channel.values.at(-1)?.lastError).to.equal(`stream AA_OPCONTROL cannot be used: ${reason}`);
    });
  }

  it("that would lose signals is refused by ensureOpControlStream, and left as it is", async () => {
    await make({ max_age: 1_000_000_000 });
    const { reason } = await rejectionOf(ensureOpControlStream(bus.operator), StreamMismatchError);
    expect(reason).to.equal("it keeps signals for less than 10 minutes");
    expect((await config()).max_age).to.equal(1_000_000_000);
  });

  it("that is wrong once the channel was live does not fail it: somebody may put it right", async () => {
    await ensureOpControlStream(bus.operator);
    using control = bus.agent();
    await control.ready();
    await bus.deleteStream();
    await make({ storage: "memory" });
    await statusIs(control, "reconnecting", /its storage is "memory"/);
    await bus.deleteStream();
    await ensureOpControlStream(bus.operator);
    await bus.publish(OP, "TERMINATE");
    await opIs(control, OP, "terminated");
  });

  describe("published to by publishSignal", () => {
    it("has what was acknowledged, under the sequence that it says", async () => {
      await ensureOpControlStream(bus.operator);
      const sequences = [await bus.publish(OP, "PAUSE"), await bus.publish(FLEET, "PAUSE", null)];
      const { streams } = await jetstreamManager(bus.operator);
      const stored = await Promise.all(
        sequences.map((sequence) => streams.getMessage("AA_OPCONTROL", { seq: Number(sequence) })),
      );
      expect(stored.map((message) => [message?.subject, message?.json()])).to.deep.equal([
        [
          "assembly.opcontrol.acme.agent-7",
          { org_id: "acme", team_id: "payments", agent_id: "agent-7", op_id: OP, signal: 1, global: false },
        ],
        ["assembly.opcontrol.global", { org_id: "", team_id: "", agent_id: "", op_id: "*", signal: 1, global: true }],
      ]);
    });

    it("says so where it is missing", async () => {
      const error = await rejectionOf(bus.publish(OP, "PAUSE"), SignalNotPublishedError);
      expect(error.message).to.equal(
        "the signal may not have been kept: no stream takes it in (ensureOpControlStream creates AA_OPCONTROL)",
      );
      expect(error.cause).to.be.instanceOf(Error);
    });

    it("says so where another stream takes it in instead, which no agent listens to", async () => {
      const { streams } = await jetstreamManager(bus.operator);
      await streams.add({ name: "AUDIT", subjects: ["assembly.>"] });
      try {
        const error = await rejectionOf(bus.publish(OP, "PAUSE"), SignalNotPublishedError);
        expect(error.message).to.equal("the signal may not have been kept: expected stream does not match");
      } finally {
        await streams.delete("AUDIT");
      }
    });

    it("says so where the server gives no answer in time", async () => {
      await ensureOpControlStream(bus.operator);
      bus.server.stop();
      try {
        const published = publishSignal(bus.operator, { opId: OP, signal: "PAUSE", agent: US, timeoutMs: 100 });
        const error = await rejectionOf(published, SignalNotPublishedError);
        expect(error.message).to.equal("the signal may not have been kept: no answer within 100 ms");
      } finally {
        bus.server.cont();
      }
    });

    it("gets it once the server is back, where that is in time", async () => {
      await ensureOpControlStream(bus.operator);
      await bus.server.kill();
      const published = bus.publish(OP, "PAUSE");
      await bus.server.restart();
      expect(await published).to.be.a("bigint");
    });

    it("does not take a RESUME that comes late, behind what was acknowledged meanwhile", async () => {
      await ensureOpControlStream(bus.operator);
      await using network = await FaultProxy.start({ endpoint: bus.server.address });
      const slow = await connectTo(network.endpoint);
      await bus.publish(OP, "PAUSE");
      // Two answers are there after 1,200 ms, and what is published then is at the server after 1,500.
      await slow.flush();
      network.slow({ delayMs: 300 });
      const resumed = publishSignal(slow, { opId: OP, signal: "RESUME", agent: US, timeoutMs: 1_300 });
      await rejectionOf(resumed, SignalNotPublishedError);
      await bus.publish(OP, "PAUSE");
      using control = bus.agent();
      await control.ready();
      const { streams } = await jetstreamManager(bus.operator);
      await slow.flush();
      expect((await streams.info("AA_OPCONTROL")).state.messages).to.equal(2);
      expect(control.isPaused(OP)).to.be.true;
      await slow.close();
    });

    it("takes RESUMEs of one agent's ops that are published at once", async () => {
      await ensureOpControlStream(bus.operator);
      const resumes = ["a", "b", "c", "d"].map((opId) => bus.publish(opId, "RESUME"));
      expect(new Set(await Promise.all(resumes)).size).to.equal(4);
      expect(await bus.publish(FLEET, "RESUME", null)).to.equal(5n);
    });

    it("does not take a RESUME that another signal of its op has overtaken", async () => {
      await ensureOpControlStream(bus.operator);
      for (const [opId, agent] of [
        [OP, US],
        [FLEET, null],
      ] as const) {
        const [resumed, paused] = await Promise.allSettled([
          bus.publish(opId, "RESUME", agent),
          bus.publish(opId, "PAUSE", agent),
        ]);
        expect(paused.status).to.equal("fulfilled");
        expect(resumed)
          .to.have.nested.property("reason.message")
          .that.matches(/another signal for it has come/);
      }
    });

    it("says at once that the connection is closed", async () => {
      const closed = await connectTo(bus.server.address);
      await closed.close();
      const error = await rejectionOf(publishSignal(closed, { opId: FLEET, signal: "PAUSE" }), SignalNotPublishedError);
      expect(error.message).to.include("the connection to the bus was closed");
    });
  });

  async function make(config: Partial<StreamConfig>): Promise<void> {
    const { streams } = await jetstreamManager(bus.operator);
    await streams.add({
      name: "AA_OPCONTROL",
      subjects: ["assembly.opcontrol.>"],
      storage: "file",
      max_age: TEN_MINUTES_NANOS,
      ...config,
    });
  }

  async function config(): Promise<StreamConfig> {
    const { streams } = await jetstreamManager(bus.operator);
    return (await streams.info("AA_OPCONTROL")).config;
  }
});
