import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { firstValueFrom, map, toArray } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { caughtUp, channelIs, connectTo, HandMadeGateway, subscribed, US } from "../helpers/gateways.js";
import { OP, OTHER } from "../helpers/opControl.js";
import { errorOf, record, rejectionOf } from "../helpers/record.js";

describe("The kill switch over a real socket", () => {
  let gateway: DevGateway;
  let control: OpControlSubscriber;

  beforeEach(async () => {
    gateway = await DevGateway.start();
    control = connectTo(gateway);
    await control.ready();
  });

  afterEach(async () => {
    control.close();
    await gateway.close();
  });

  it("is one stream, live on both ends", () => {
    expect(control.streamAlive()).to.be.true;
    expect(gateway.subscribers).to.deep.equal([US]);
  });

  describe("1. lets an op that was never heard of run at once", () => {
    it("as an Observable: within the subscription", () => {
      const { values, end } = record(control.awaitOp(OP));
      expect(values).to.deep.equal([{ opId: OP, state: "running", scope: "op", sequence: 0n }]);
      expect(end).to.equal("completed");
    });

    it("as a Promise", async () => {
      expect(await control.whenRunnable(OP)).to.be.true;
    });

    it("asked outright", () => {
      expect([control.isPaused(OP), control.isTerminated(OP)]).to.deep.equal([false, false]);
    });
  });

  describe("2. blocks a paused op until it is resumed", () => {
    it("and no other op", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      const waiting = record(control.awaitOp(OP));
      const other = record(control.awaitOp(OTHER));
      await caughtUp(control, gateway);
      expect(control.isPaused(OP)).to.be.true;
      expect(waiting.values).to.deep.equal([]);
      expect(waiting.end).to.equal(undefined);
      expect(other.end).to.equal("completed");

      gateway.resume(OTHER);
      await caughtUp(control, gateway);
      expect(waiting.values).to.deep.equal([]);

      gateway.resume(OP);
      await caughtUp(control, gateway);
      expect(waiting.values.map(({ opId, state }) => [opId, state])).to.deep.equal([[OP, "running"]]);
      expect(waiting.end).to.equal("completed");
      expect(control.isPaused(OP)).to.be.false;
    });

    it("as a Promise", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      let settled: unknown = "blocked";
      const allowed = control.whenRunnable(OP);
      void allowed.then((value) => (settled = value));
      await caughtUp(control, gateway);
      await turn();
      expect(settled).to.equal("blocked");
      gateway.resume(OP);
      expect(await allowed).to.be.true;
    });

    it("again and again", async () => {
      const states = firstValueFrom(
        control.status(OP).pipe(
          map(({ state }) => state),
          toArray(),
        ),
      );
      for (let round = 0; round < 3; round++) {
        gateway.pause(OP);
        gateway.pause(OP);
        gateway.resume(OP);
        gateway.resume(OP);
      }
      await caughtUp(control, gateway);
      control.close();
      const round = ["paused", "running"];
      expect(await states).to.deep.equal(["running", ...round, ...round, ...round]);
    });
  });

  describe("3. raises OpTerminatedError for a terminated op, with its id", () => {
    beforeEach(async () => {
      gateway.terminate(OP);
      await caughtUp(control, gateway);
    });

    it("as an Observable", () => {
      expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP, scope: "op" });
    });

    it("as a Promise", async () => {
      expect(await rejectionOf(control.whenRunnable(OP), OpTerminatedError)).to.include({ opId: OP, scope: "op" });
    });

    it("and for no other op", async () => {
      expect(control.isTerminated(OTHER)).to.be.false;
      expect(await control.whenRunnable(OTHER)).to.be.true;
    });

    it("for ever: whatever the gateway says afterwards", async () => {
      for (const signal of ["RESUME", "PAUSE", "RESUME"] as const) {
        gateway.signal(OP, signal);
        gateway.haltAgent(US, signal);
        gateway.haltFleet(signal);
      }
      await caughtUp(control, gateway);
      expect(control.isTerminated(OP)).to.be.true;
      expect(control.isPaused(OP)).to.be.false;
      await rejectionOf(control.whenRunnable(OP), OpTerminatedError);
    });

    it("for ever: also when the gateway is gone", async () => {
      const closed = channelIs(control, "closed");
      gateway.endStreams();
      await closed;
      expect(control.isTerminated(OP)).to.be.true;
      expect(errorOf(control.awaitOp(OP), OpTerminatedError).opId).to.equal(OP);
      await rejectionOf(control.whenRunnable(OP), OpTerminatedError);
    });

    it("for ever: also when the subscriber was closed", async () => {
      control.close();
      expect(control.isTerminated(OP)).to.be.true;
      expect(errorOf(control.awaitOp(OP), OpTerminatedError).opId).to.equal(OP);
      await rejectionOf(control.whenRunnable(OP), OpTerminatedError);
    });
  });

  describe("4. unblocks whoever waits for a paused op when it is terminated, and raises", () => {
    it("as an Observable and as a Promise", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      const waiting = record(control.awaitOp(OP));
      const rejection = rejectionOf(control.whenRunnable(OP), OpTerminatedError);
      gateway.terminate(OP);
      expect(await rejection).to.include({ opId: OP, scope: "op" });
      expect(waiting.values).to.deep.equal([]);
      expect(waiting.end).to.be.instanceOf(OpTerminatedError).with.property("opId", OP);
    });
  });

  describe("5. keeps a signal that came before anybody waited", () => {
    it("a PAUSE", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      expect(control.isPaused(OP)).to.be.true;
      expect(record(control.status(OP)).values.map(({ state }) => state)).to.deep.equal(["paused"]);
    });

    it("a TERMINATE", async () => {
      gateway.terminate(OP);
      await caughtUp(control, gateway);
      expect(record(control.status(OP)).values.map(({ state }) => state)).to.deep.equal(["terminated"]);
    });

    it("also one that the gateway sent in the same breath as its acceptance", async () => {
      const early = await DevGateway.start();
      const accepted = subscribed(early, 1).then(() => early.terminate(OP));
      using eager = connectTo(early);
      await accepted;
      await caughtUp(eager, early);
      expect(eager.isTerminated(OP)).to.be.true;
      eager.close();
      await early.close();
    });
  });

  describe("6. says in its request who the agent is", () => {
    const agents = [
      { orgId: "acme", teamId: "payments", agentId: "agent-7" },
      { orgId: "", teamId: "", agentId: "agent-7" },
      { orgId: "Ünïcode", teamId: "a/b:c", agentId: "*" },
    ];
    for (const agent of agents) {
      it(JSON.stringify(agent), async () => {
        await using server = await HandMadeGateway.start();
        using connected = connectTo(server, agent);
        const call = await server.firstCall();
        expect(call.request).to.deep.equal({ agentId: agent });
        await connected.ready();
      });
    }

    it("with an empty organisation and team where they are left out", async () => {
      await using server = await HandMadeGateway.start();
      using connected = connectTo(server, { orgId: undefined, teamId: undefined } as object);
      expect((await server.firstCall()).request).to.deep.equal({
        agentId: { orgId: "", teamId: "", agentId: US.agentId },
      });
      await connected.ready();
    });
  });

  describe("7. wakes whoever waits when the stream ends, without raising and without letting anybody run", () => {
    it("as an Observable: it completes and has emitted nothing", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      const waiting = record(control.awaitOp(OP));
      const closed = channelIs(control, "closed");
      gateway.endStreams();
      await closed;
      expect(waiting.values).to.deep.equal([]);
      expect(waiting.end).to.equal("completed");
    });

    it("as a Promise: false", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      const allowed = control.whenRunnable(OP);
      gateway.endStreams();
      expect(await allowed).to.be.false;
    });

    it("and the stream is alive on neither end", async () => {
      const closed = channelIs(control, "closed");
      gateway.endStreams();
      await closed;
      await subscribed(gateway, 0);
      expect(control.streamAlive()).to.be.false;
    });

    it("and whoever comes later is let run no more than who waited, paused or not", async () => {
      gateway.pause(OP);
      await caughtUp(control, gateway);
      const closed = channelIs(control, "closed");
      gateway.endStreams();
      await closed;
      for (const opId of [OP, OTHER]) {
        const { values, end } = record(control.awaitOp(opId));
        expect(values).to.deep.equal([]);
        expect(end).to.equal("completed");
        expect(await control.whenRunnable(opId)).to.be.false;
      }
      expect(control.isPaused(OP)).to.be.true;
    });

    it("with what the gateway sent last still obeyed", async () => {
      const closed = channelIs(control, "closed");
      gateway.terminate(OP);
      gateway.endStreams();
      await closed;
      expect(control.isTerminated(OP)).to.be.true;
    });
  });
});
