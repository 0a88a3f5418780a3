import type { NatsConnection } from "@nats-io/transport-node";
import { expect } from "chai";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { firstValueFrom, Subject } from "rxjs";
import { GLOBAL_SUBJECT } from "../../../lib/nats/subjects.js";
import { describeWithNats, hasMultipleFilters } from "../../helpers/NatsServer.js";
import { OP } from "../../helpers/opControl.js";
import { NODE, Run } from "../../helpers/processes.js";
import { TcpServer } from "../../helpers/sockets.js";
import { aFewTurns } from "../../helpers/turns.js";
import { unhandledRejectionsDuring } from "../../helpers/unhandledRejections.js";
import { Bus, connectTo, first, statusIs } from "./bus.js";

const SCRIPT = join(import.meta.dirname, "closeInPhases.ts");

/** How many an agent has. */
const CONSUMERS = hasMultipleFilters ? 1 : 2;

describeWithNats("What an agent had of a bus and lets go of", function () {
  this.timeout(20_000);

  for (const kind of ["own", "shared"]) {
    it(`keeps no process: it ends by itself after close() in any phase, with connections that are ${kind}`, async () => {
      await using bus = await Bus.start();
      await using empty = await Bus.start({ stream: false });
      await using silent = await TcpServer.start();
      for (let index = 0; index < 2_000; index++) bus.operator.publish(GLOBAL_SUBJECT, fleetPause);
      await bus.operator.flush();
      const { address } = bus.server;
      const phases = [
        `now=${address}`,
        `opening=${address}`,
        `replaying=${address}`,
        `live=${address}`,
        `waiting=${empty.server.address}`,
        // A shared connection is there before the agent is.
        ...(kind === "own" ? [`unanswered=${silent.endpoint}`] : []),
      ];
      await using run = new Run([...NODE, SCRIPT, kind, ...phases]);
      expect(await run.exitCode()).to.equal(0);
      const ended = run.stdout.trim().split("\n");
      expect(ended).to.have.members(phases.map((phase) => phase.split("=")[0]));
    });
  }

  describe("is gone from the bus", () => {
    let bus: Bus;

    before(async () => {
      bus = await Bus.start();
    });

    after(() => bus[Symbol.asyncDispose]());

    it("once it has closed: consumers and connection", async () => {
      const before = await bus.server.connections();
      const control = bus.agent();
      await control.ready();
      expect(await bus.consumers()).to.equal(CONSUMERS);
      control.close();
      await becomes(() => bus.consumers(), 0);
      await becomes(() => bus.server.connections(), before);
    });

    it("once it has closed, and its connection is somebody else's: consumers only", async () => {
      const connection = await connectTo(bus.server.address);
      const before = leftIn(connection);
      const control = bus.agent({ connection });
      await control.ready();
      expect(leftIn(connection).subscriptions).to.be.greaterThan(before.subscriptions);
      control.close();
      await becomes(() => bus.consumers(), 0);
      // One for all the requests that are made on it.
      expect(leftIn(connection)).to.deep.equal({ listeners: before.listeners, subscriptions: 1 });
      await connection.close();
    });

    it("however many attempts there were on a shared connection", async () => {
      await bus.deleteStream();
      const connection = await connectTo(bus.server.address);
      const before = leftIn(connection);
      const control = bus.agent({ connection, reconnect: { initialDelayMs: 1, maxDelayMs: 2 } });
      await first(control.connection$, ({ attempt }) => attempt > 50);
      expect(leftIn(connection).listeners - before.listeners).to.be.at.most(4);
      control.close();
      await becomes(async () => Promise.resolve(leftIn(connection).listeners), before.listeners);
      expect(leftIn(connection).subscriptions).to.equal(1);
      await connection.close();
      await bus.renewStream();
    });

    it("with an attempt that ends: consumers are not more than one has", async () => {
      const connection = await connectTo(bus.network.endpoint);
      using control = bus.agent({ connection });
      for (let times = 0; times < 5; times++) {
        await statusIs(control, "live");
        const lost = statusIs(control, "reconnecting");
        await bus.renewStream();
        await lost;
      }
      await statusIs(control, "live");
      await becomes(() => bus.consumers(), CONSUMERS);
      control.close();
      await becomes(() => bus.consumers(), 0);
      await connection.close();
    });
  });

  it("does not bring the process down where it closes as the server ends the connection", async () => {
    await using bus = await Bus.start();
    for (const kind of ["own", "shared"]) {
      const closed = new Subject<void>();
      const stop = whenEnding(bus.network.port, () => {
        control.close();
        void connection?.close();
        closed.next();
      });
      const connection = kind === "shared" ? await connectTo(bus.network.endpoint) : undefined;
      const control = bus.agent(connection && { connection });
      await control.ready();
      const closing = firstValueFrom(closed);
      bus.network.hangUp();
      await closing;
      stop();
    }
    // An error of a socket that nobody listens to would be told by now, to Mocha, which fails for it.
    await aFewTurns();
  });

  it("leaves no rejection unhandled, whatever the bus does meanwhile", async () => {
    const rejections = await unhandledRejectionsDuring(async () => {
      await using bus = await Bus.start();
      const connection = await connectTo(bus.network.endpoint);
      const agents = [bus.agent(), bus.agent({ connection })];
      await Promise.all(agents.map((control) => control.ready()));
      bus.network.reset();
      await bus.renewStream();
      await Promise.all(agents.map((control) => statusIs(control, "live")));
      bus.server.stop();
      await Promise.all(agents.map((control) => statusIs(control, "reconnecting")));
      bus.server.cont();
      await bus.server.kill();
      await bus.restartServer();
      await Promise.all(agents.map((control) => statusIs(control, "live")));
      await bus.publish(OP, "PAUSE");
      await bus.server.kill();
      for (const control of agents) control.close();
      await connection.close();
    });
    expect(rejections).to.deep.equal([]);
  });
});

/** Does it in the moment that a socket to that port begins to end, for the other side has: for those made from now on. */
function whenEnding(port: number, act: () => void): () => void {
  const keep = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const end = socket.end.bind(socket);
    socket.end = () => {
      if (socket.remotePort === port) queueMicrotask(act);
      return end();
    };
  };
  subscribe("net.client.socket", keep);
  return () => unsubscribe("net.client.socket", keep);
}

const fleetPause = JSON.stringify({ org_id: "", team_id: "", agent_id: "", op_id: "*", signal: 1, global: true });

/** What attempts may leave behind in a connection. */
function leftIn(connection: NatsConnection) {
  const { protocol } = connection as unknown as {
    protocol: { listeners: unknown[]; subscriptions: { size(): number } };
  };
  return { listeners: protocol.listeners.length, subscriptions: protocol.subscriptions.size() };
}

/** What the bus does when it sees that somebody has gone, it tells nobody. */
async function becomes(measure: () => Promise<number>, expected: number): Promise<void> {
  for (let tries = 0; tries < 100 && (await measure()) !== expected; tries++) await sleep(20);
  expect(await measure()).to.equal(expected);
}
