import type { ConsumerNotification, PullOptions } from "@nats-io/jetstream";
import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { deliveries, StreamWentBackError } from "../../lib/nats/deliveries.js";
import type { OpenConsumer } from "../../lib/nats/openConsumers.js";
import { type Recording, record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeConsumer } from "./FakeConsumer.js";

const HEARTBEAT_MS = 10_000;

describe("deliveries", () => {
  let consumer: FakeConsumer;
  let told: Recording<string | number> | undefined;

  beforeEach(() => {
    consumer = new FakeConsumer();
  });

  afterEach(() => told?.subscription.unsubscribe());

  /** The sequences that are delivered, and "caught up". */
  async function deliver(
    details: Partial<OpenConsumer> = {},
    { heartbeatMs = HEARTBEAT_MS, flush = () => Promise.resolve() } = {},
  ): Promise<Recording<string | number>> {
    const open = { key: "k", name: "n", pending: 0, seen: undefined, ...details, consumer: consumer.consumer };
    const values: (string | number)[] = [];
    const recording = record(deliveries(open, heartbeatMs, flush));
    told = {
      ...recording,
      get values() {
        values.splice(0);
        for (const delivery of recording.values) {
          values.push(delivery.type === "message" ? delivery.message.seq : delivery.type);
        }
        return values;
      },
      get end() {
        return recording.end;
      },
      set end(_) {},
    };
    await aFewTurns();
    return told;
  }

  it("asks for messages with the heartbeat, for as long as the server lets it", async () => {
    await deliver({}, { heartbeatMs: 500 });
    expect(consumer.asked).to.include({ idle_heartbeat: 500, expires: 30_000 });
    await deliver({}, { heartbeatMs: 30_000 });
    expect(consumer.asked).to.include({ idle_heartbeat: 30_000, expires: 60_000 });
  });

  describe("has caught up", () => {
    it("at once, where nothing was waiting", async () => {
      const { values } = await deliver();
      expect(values).to.deep.equal(["caughtUp"]);
    });

    it("not before the server has read what it was asked", async () => {
      let answer: () => void = () => undefined;
      const flush = () => new Promise<void>((resolve) => (answer = resolve));
      const told = await deliver({}, { flush });
      expect(told.values).to.be.empty;
      answer();
      await aFewTurns();
      expect(told.values).to.deep.equal(["caughtUp"]);
    });

    it("behind as many messages as were waiting, and once", async () => {
      const told = await deliver({ pending: 2 });
      consumer.deliver(3, 1, 1);
      consumer.deliver(5, 2, 0);
      consumer.deliver(8, 3, 0);
      expect(told.values).to.deep.equal([3, 5, "caughtUp", 8]);
    });

    it("behind what was published while those were delivered, too", async () => {
      const told = await deliver({ pending: 2 });
      for (const [index, pending] of [3, 2, 1, 1, 0, 0].entries()) consumer.deliver(index + 1, index + 1, pending);
      expect(told.values).to.deep.equal([1, 2, 3, 4, 5, "caughtUp", 6]);
    });

    it("after a while also where as many are published as are delivered", async () => {
      const told = await deliver({ pending: 2 });
      for (let sequence = 1; sequence <= 30; sequence++) consumer.deliver(sequence, sequence, 1);
      expect(told.values.indexOf("caughtUp")).to.be.greaterThan(10).and.lessThan(25);
    });

    it("behind the last there is, where some were taken off the stream meanwhile", async () => {
      const told = await deliver({ pending: 5 });
      consumer.deliver(3, 1, 1);
      consumer.deliver(7, 2, 0);
      consumer.deliver(8, 3, 0);
      expect(told.values).to.deep.equal([3, 7, "caughtUp", 8]);
    });

    it("when it finds out that nothing more will come of what was waiting", async () => {
      const told = await deliver({ pending: 5 });
      consumer.deliver(3, 1, 4);
      consumer.known = { num_pending: 0, delivered: { consumer_seq: 2 } };
      await sleep(1_100);
      expect(told.values, "one is under way").to.deep.equal([3]);
      consumer.deliver(4, 2, 3);
      await sleep(1_100);
      expect(told.values).to.deep.equal([3, 4, "caughtUp"]);
    });
  });

  describe("begins with what was delivered last", () => {
    const seen = { sequence: 3, timestamp: 3n };

    it("and does not deliver it again", async () => {
      const told = await deliver({ pending: 2, seen });
      consumer.deliver(3, 1, 1);
      consumer.deliver(4, 2, 0);
      expect(told.values).to.deep.equal([4, "caughtUp"]);
    });

    it("and errors where it is another message", async () => {
      const told = await deliver({ pending: 2, seen: { ...seen, timestamp: 2n } });
      consumer.deliver(3, 1);
      expect(told.values).to.be.empty;
      expect(told.end).to.be.instanceOf(StreamWentBackError);
    });

    it("and errors where it has another sequence", async () => {
      const told = await deliver({ pending: 2, seen });
      consumer.deliver(4, 1);
      expect(told.values).to.be.empty;
      expect(told.end).to.be.instanceOf(StreamWentBackError);
    });

    it("and errors where there is none, and has not caught up", async () => {
      const told = await deliver({ pending: 0, seen });
      expect(told.values).to.be.empty;
      expect(told.end).to.be.instanceOf(StreamWentBackError);
    });
  });

  describe("errors", () => {
    it("where a message is missing between two, before it delivers the second", async () => {
      const told = await deliver({ pending: 9 });
      consumer.deliver(3, 1);
      consumer.deliver(5, 3);
      expect(told.values).to.deep.equal([3]);
      expect(told.end).to.be.instanceOf(Error).with.property("message", "messages of the bus are missing");
    });

    it("where a heartbeat tells of a message that has not come", async () => {
      const told = await deliver({ pending: 9 });
      consumer.deliver(3, 1);
      consumer.notify({ type: "heartbeat", lastConsumerSequence: 1, lastStreamSequence: 3 });
      await aFewTurns();
      expect(told.end).to.be.undefined;
      consumer.notify({ type: "heartbeat", lastConsumerSequence: 2, lastStreamSequence: 5 });
      await aFewTurns();
      expect(told.end).to.be.instanceOf(Error).with.property("message", "messages of the bus are missing");
    });

    const troubles: readonly ConsumerNotification[] = [
      { type: "consumer_deleted", code: 409, description: "consumer deleted" },
      { type: "exceeded_limits", code: 409, description: "exceeded maxwaiting" },
      { type: "no_responders", code: 503 },
    ];
    for (const trouble of troubles) {
      it(`at ${trouble.type}`, async () => {
        const told = await deliver();
        consumer.notify(trouble);
        await aFewTurns();
        expect(told.end).to.be.instanceOf(Error);
      });
    }

    it("where it ends, with or without a reason", async () => {
      const told = await deliver();
      const reason = new Error("consumer deleted");
      consumer.end(reason);
      await aFewTurns();
      expect(told.end).to.include({ message: "the consumer was closed: consumer deleted", cause: reason });
      consumer = new FakeConsumer();
      const other = await deliver();
      consumer.end();
      await aFewTurns();
      expect(other.end).to.have.property("message", "the consumer was closed");
    });

    it("where nothing comes for two heartbeats, though NATS itself has something to say", async () => {
      const told = await deliver({}, { heartbeatMs: 50 });
      await sleep(70);
      consumer.notify({ type: "heartbeats_missed", count: 2 });
      consumer.notify({ type: "next", options: { batch: 1 } as PullOptions });
      await sleep(60);
      expect(told.end).to.be.instanceOf(Error).with.property("message", "the bus gave no sign of life for 100 ms");
    });

    it("not while heartbeats or messages come", async () => {
      const told = await deliver({ pending: 9 }, { heartbeatMs: 200 });
      for (let times = 1; times <= 6; times++) {
        await sleep(100);
        if (times % 2 === 0) consumer.deliver(times, times / 2);
        else consumer.notify({ type: "heartbeat", lastConsumerSequence: 0, lastStreamSequence: 0 });
      }
      expect(told.end).to.be.undefined;
    });
  });

  it("lets go of the consumer when unsubscribed, and when it errors", async () => {
    const told = await deliver();
    told.subscription.unsubscribe();
    await aFewTurns();
    expect(consumer).to.include({ isOver: true, isDeleted: true });
    consumer = new FakeConsumer();
    await deliver({ pending: 9 });
    consumer.deliver(3, 7);
    await aFewTurns();
    expect(consumer).to.include({ isOver: true, isDeleted: true });
  });

  it("delivers nothing once it is unsubscribed", async () => {
    const told = await deliver({ pending: 9 });
    consumer.deliver(3, 1);
    told.subscription.unsubscribe();
    consumer.deliver(4, 2);
    expect(told.values).to.deep.equal([3]);
  });
});
