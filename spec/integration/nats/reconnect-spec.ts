import { jetstreamManager } from "@nats-io/jetstream";
import { expect } from "chai";
import { STREAM_NAME } from "../../../lib/nats/streamConfig.js";
import { ensureOpControlStream } from "../../../lib/nats/ensureOpControlStream.js";
import type { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import { describeWithNats } from "../../helpers/NatsServer.js";
import { FLEET, OP, OTHER } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";
import { Bus, connectTo, first, opIs, statusIs } from "./bus.js";

describeWithNats("A bus that is lost and found again", function () {
  this.timeout(20_000);

  let bus: Bus;

  beforeEach(async () => {
    bus = await Bus.start();
  });

  afterEach(() => bus[Symbol.asyncDispose]());

  for (const kind of ["servers", "connection"] as const) {
    describe(`by an agent with ${kind} of its own`.replace("connection of its own", "a shared connection"), () => {
      let control: OpControlSubscriber;
      let letGo: () => Promise<void>;

      beforeEach(async () => {
        const shared = kind === "connection" ? await connectTo(bus.network.endpoint) : undefined;
        control = bus.agent(shared && { connection: shared });
        letGo = () => shared?.close() ?? Promise.resolve();
        await control.ready();
      });

      afterEach(async () => {
        control.close();
        await letGo();
      });

      it("replays what was missed and nothing else; no RESUME of it acts before a later PAUSE", async () => {
        await bus.publish(OP, "PAUSE");
        await opIs(control, OP, "paused");
        const states = record(control.status(OP));
        const told = record(control.signals$);
        const lost = statusIs(control, "reconnecting");
        bus.hide();
        await lost;
        await bus.publish(OP, "RESUME");
        await bus.publish(OTHER, "PAUSE");
        await bus.publish(OTHER, "RESUME");
        await bus.publish(OP, "PAUSE");
        await bus.publish(FLEET, "PAUSE", null);
        await bus.show();
        await statusIs(control, "live");
        expect(states.values.map(({ state }) => state)).to.deep.equal(["paused"]);
        const said = told.values.map(({ opId, signal, sequence }) => `${sequence} ${signal} ${opId}`);
        expect(said).to.have.members([`3 PAUSE ${OTHER}`, `5 PAUSE ${OP}`, `6 PAUSE ${FLEET}`, `4 RESUME ${OTHER}`]);
        expect(said.indexOf(`4 RESUME ${OTHER}`)).to.equal(3);
      });

      it("keeps what the stream had stored over a restart of the server", async () => {
        await bus.publish(OP, "PAUSE");
        const lost = statusIs(control, "reconnecting");
        await bus.server.kill();
        await lost;
        await bus.restartServer();
        await statusIs(control, "live");
        await bus.publish(OP, "TERMINATE");
        await opIs(control, OP, "terminated");
        using late = bus.agent();
        await late.ready();
        expect(late.isTerminated(OP)).to.be.true;
      });

      it("notices a server that has fallen silent within two heartbeats, and obeys it when it goes on", async () => {
        const lost = statusIs(control, "reconnecting");
        const stoppedAt = performance.now();
        bus.server.stop();
        const { lastError } = await lost;
        const tookMs = performance.now() - stoppedAt;
        bus.server.cont();
        expect(lastError).to.equal("the bus gave no sign of life for 1000 ms");
        expect(tookMs).to.be.greaterThan(400).and.lessThan(2_500);
        await statusIs(control, "live");
        await bus.publish(OP, "TERMINATE");
        await opIs(control, OP, "terminated");
      });

      it("keeps a RESUME in mind that was withheld when it lost the bus in the midst of a replay", async () => {
        await bus.publish(OP, "PAUSE");
        await opIs(control, OP, "paused");
        const lost = statusIs(control, "reconnecting");
        bus.hide();
        await lost;
        await bus.publish(OP, "RESUME");
        await bus.publishMany(Array.from({ length: 600 }, (_, index) => [`op:${index}`, "PAUSE"] as const));
        const channel = record(control.connection$);
        const replayed = first(control.signals$, ({ opId }) => opId.startsWith("op:"));
        await bus.network.restore();
        bus.network.slow({ bytesPerSecond: 300_000 });
        await replayed;
        bus.network.reset();
        await statusIs(control, "live");
        const reasons = new Set(channel.values.map(({ state, lastError }) => `${state}: ${lastError ?? ""}`));
        expect([...reasons]).to.include("reconnecting: the connection to the bus was lost");
        expect(channel.values.filter(({ state }) => state === "live")).to.have.lengthOf(1);
        expect(control.isPaused("op:599")).to.be.true;
        expect(control.isPaused(OP)).to.be.false;
      });

      it("takes a stream that was deleted and made anew for what it is", async () => {
        for (const opId of ["a", "b", "c"]) await bus.publish(opId, "PAUSE");
        await opIs(control, "c", "paused");
        const gone = statusIs(control, "reconnecting", /it does not exist/);
        await bus.deleteStream();
        const { lastError } = await gone;
        expect(lastError).to.equal(
          "stream AA_OPCONTROL cannot be used: it does not exist (ensureOpControlStream creates it)",
        );
        // As far as the one before, so that its sequences say nothing.
        await ensureOpControlStream(bus.operator);
        for (const opId of ["d", "e", "f"]) await bus.publish(opId, "TERMINATE");
        await opIs(control, "f", "terminated");
        await statusIs(control, "live");
        expect(["a", "b", "c"].map((opId) => control.isPaused(opId))).to.deep.equal([true, true, true]);
        expect(["d", "e", "f"].map((opId) => control.isTerminated(opId))).to.deep.equal([true, true, true]);
      });

      it("begins anew where its consumer is deleted", async () => {
        const { consumers } = await jetstreamManager(bus.operator);
        const lost = statusIs(control, "reconnecting");
        const names = (await consumers.list(STREAM_NAME).next()).map(({ name }) => name);
        // Where it has two, it lets go of one when it loses the other.
        await Promise.allSettled(names.map((name) => consumers.delete(STREAM_NAME, name)));
        const { lastError } = await lost;
        expect(lastError).to.match(/consumer/);
        await statusIs(control, "live");
        await bus.publish(OP, "TERMINATE");
        await opIs(control, OP, "terminated");
      });
    });
  }

  for (const [how, count] of [
    ["not as far as it was", 3],
    ["further than it was", 7],
  ] as const) {
    it(`reads all anew where the stream has gone back and is ${how} when it is found again`, async () => {
      using control = bus.agent({ reconnect: { initialDelayMs: 1, maxDelayMs: 5 } });
      await control.ready();
      await bus.publish("before", "PAUSE");
      await opIs(control, "before", "paused");
      await bus.server.kill("SIGTERM");
      const goBack = bus.server.backup();
      await bus.restartServer();
      await statusIs(control, "live");
      for (const opId of ["lost", "lost", "lost", "lost too"]) await bus.publish(opId, "PAUSE");
      await opIs(control, "lost too", "paused");
      bus.hide();
      await statusIs(control, "reconnecting");
      await bus.server.kill("SIGTERM");
      goBack();
      await bus.restartServer();
      const opIds = Array.from({ length: count }, (_, index) => `new:${index}`);
      for (const opId of opIds) await bus.publish(opId, "TERMINATE");
      await bus.show();
      await opIs(control, opIds.at(-1) ?? "", "terminated");
      expect(opIds.filter((opId) => !control.isTerminated(opId))).to.be.empty;
    });
  }
});
