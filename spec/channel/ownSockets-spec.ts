import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout } from "node:timers/promises";
import { ChannelCredentials } from "@grpc/grpc-js";
import { expect } from "chai";
import { filter, firstValueFrom } from "rxjs";
import { CLIENT_BACKOFF_MS } from "../../lib/channel/openClient.js";
import { ownSockets } from "../../lib/channel/ownSockets.js";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { HandMadeGateway } from "../helpers/gateways.js";
import { rejectionOf } from "../helpers/record.js";
import { TcpServer } from "../helpers/sockets.js";

describe("ownSockets", () => {
  // For a moment after a connection came to nothing, in whatever spec, it may be made once more.
  beforeEach(async () => {
    while (channel("net.client.socket").hasSubscribers) await setTimeout(10);
  });

  it("destroys the sockets that were made on behalf of what it opened, and no others", async () => {
    await using server = await TcpServer.start();
    const port = Number(server.endpoint.split(":")[1]);
    const others = connect(port, "127.0.0.1");
    const later = Promise.resolve();
    const { opened, destroy } = ownSockets(() => later.then(() => connect(port, "127.0.0.1")));
    const ours = await opened;
    await Promise.all([once(others, "connect"), once(ours, "connect")]);

    destroy();

    expect([ours.destroyed, others.destroyed]).to.deep.equal([true, false]);
    others.destroy();
  });

  it("destroys one that has not connected yet, and one whose turn comes after all others have connected", async () => {
    await using server = await TcpServer.start();
    const port = Number(server.endpoint.split(":")[1]);
    const first = ownSockets(() => connect(port, "127.0.0.1"));
    const second = ownSockets(() => connect(port, "127.0.0.1"));
    first.connected();
    first.connected();

    expect(second.opened.connecting).to.be.true;
    second.destroy();

    expect([first.opened.destroyed, second.opened.destroyed]).to.deep.equal([false, true]);
    first.destroy();
    expect(first.opened.destroyed).to.be.true;
  });

  it("knows of one that is made when all others have connected", async () => {
    await using server = await TcpServer.start();
    const port = Number(server.endpoint.split(":")[1]);
    const first = ownSockets(() => undefined);
    const second = ownSockets(() => AsyncLocalStorage.snapshot());
    first.connected();

    const ours = second.opened(() => connect(port, "127.0.0.1"));
    second.destroy();

    expect(ours.destroyed).to.be.true;
  });

  it("destroys one that is made too late, before it connects, and listens for it no longer than it is told", async () => {
    await using server = await TcpServer.start();
    const port = Number(server.endpoint.split(":")[1]);
    const lateMs = 20;
    const { opened, destroy } = ownSockets(() => AsyncLocalStorage.snapshot(), lateMs);
    destroy();

    const late = opened(() => connect(port, "127.0.0.1"));
    await once(late, "close");
    await setTimeout(2 * lateMs);

    expect(server.sockets).to.deep.equal([]);
    expect(channel("net.client.socket").hasSubscribers).to.be.false;
  });

  it("knows of no socket that is made once it has connected, and listens to nothing any more", () => {
    const { connected, destroy } = ownSockets(() => undefined);
    expect(channel("net.client.socket").hasSubscribers).to.be.true;

    connected();

    expect(channel("net.client.socket").hasSubscribers).to.be.false;
    destroy();
    expect(channel("net.client.socket").hasSubscribers).to.be.false;
  });

  it("listens for several together until the last of them has connected, and then to nothing", () => {
    const both = [ownSockets(() => undefined), ownSockets(() => undefined)];
    for (const { connected } of both) {
      expect(channel("net.client.socket").hasSubscribers).to.be.true;
      connected();
    }
    expect(channel("net.client.socket").hasSubscribers).to.be.false;
  });

  it("listens to nothing once it is done with its sockets, where none can come late", () => {
    ownSockets(() => undefined).destroy();
    expect(channel("net.client.socket").hasSubscribers).to.be.false;
  });

  it("leaves no connection of a client that tries once more after it was closed", async () => {
    await using server = await TcpServer.start((socket) => {
      if (server.sockets.length === 1) socket.resetAndDestroy();
    });
    const control = OpControlSubscriber.connect(server.endpoint, { agentId: "agent-7", reconnect: false });
    await rejectionOf(control.ready(), OpControlUnavailableError);
    await setTimeout(3 * CLIENT_BACKOFF_MS);
    expect(server.sockets.filter(({ destroyed }) => !destroyed)).to.deep.equal([]);
  });

  it("leaves alone what the host opens in a handler, and in a token's provider after failed attempts", async () => {
    await using gateway = await HandMadeGateway.start();
    await using hosts = await TcpServer.start();
    const port = Number(hosts.endpoint.split(":")[1]);
    const opened: Socket[] = [];
    const open = () => {
      opened.push(connect(port, "127.0.0.1").on("error", () => undefined));
    };
    let attempts = 0;
    using control = OpControlSubscriber.connect(gateway.endpoint, {
      agentId: "agent-7",
      reconnect: { initialDelayMs: 1, maxDelayMs: 5 },
      credentialToken: () => {
        open();
        if (++attempts < 4) throw new Error("not yet");
        return "token";
      },
    });
    control.connection$.subscribe(open);
    await control.ready();
    const lost = firstValueFrom(control.connection$.pipe(filter(({ state }) => state === "reconnecting")));
    gateway.calls[0]?.end();
    await lost;
    await control.ready();
    await Promise.all(opened.map(async (socket) => socket.connecting && (await once(socket, "connect"))));

    control.close();
    await setTimeout(50);

    expect(opened.length).to.be.greaterThan(10);
    expect(opened.filter(({ destroyed }) => destroyed)).to.be.empty;
    for (const socket of opened) socket.destroy();
  });

  describe("lets go of the socket of a TLS handshake that is never answered", () => {
    function subscribe(server: TcpServer, connectTimeoutMs: number): OpControlSubscriber {
      return OpControlSubscriber.connect(server.endpoint.replace("127.0.0.1", "localhost"), {
        agentId: "agent-7",
        channelCredentials: ChannelCredentials.createSsl(),
        reconnect: false,
        connectTimeoutMs,
      });
    }

    it("when the subscriber is closed in its midst", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      const control = subscribe(server, 60_000);
      const socket = await server.firstConnection();
      await once(socket, "data");
      const gone = once(socket, "close");

      control.close();

      await gone;
      expect(socket.destroyed).to.equal(true);
    });

    it("when the attempt is given up", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      using control = subscribe(server, 200);
      const socket = await server.firstConnection();

      await once(socket, "close");

      expect(control.streamAlive()).to.equal(false);
    });
  });
});
