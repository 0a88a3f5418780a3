import { once } from "node:events";
import { expect } from "chai";
import { ownConnection } from "../../lib/nats/ownConnection.js";
import { pendingTimers } from "../helpers/timers.js";
import { record } from "../helpers/record.js";
import { deadEndpoint, TcpServer } from "../helpers/sockets.js";
import { aFewTurns } from "../helpers/turns.js";

const INFO = 'INFO {"version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n';

describe("ownConnection", () => {
  it("opens nothing until it is subscribed to", async () => {
    await using server = await TcpServer.start();
    void ownConnection({ servers: server.endpoint, timeout: 60_000 });
    await aFewTurns();
    expect(server.sockets).to.be.empty;
  });

  it("is there when the server has answered, is kept, and is closed when unsubscribed", async () => {
    await using server = await TcpServer.start((socket) => {
      socket.write(INFO);
      socket.on("data", (data: Buffer) => data.includes("PING") && socket.write("PONG\r\n"));
    });
    let bus: { isClosed(): boolean } | undefined;
    const subscription = ownConnection({ servers: server.endpoint, timeout: 60_000 }).subscribe(
      (given) => (bus = given),
    );
    const socket = await server.firstConnection();
    await once(socket, "data");
    while (!bus) await aFewTurns();
    expect(bus.isClosed()).to.be.false;
    subscription.unsubscribe();
    await once(socket, "close");
    expect(bus.isClosed()).to.be.true;
  });

  for (const [what, greeting] of [
    ["says nothing", ""],
    ["says no more", INFO],
  ] as const) {
    it(`is given up at once when unsubscribed while a server ${what}: neither socket nor timer is left`, async () => {
      await using server = await TcpServer.start((socket) => socket.resume().write(greeting));
      const timers = pendingTimers();
      const subscription = ownConnection({ servers: [server.endpoint, server.endpoint], timeout: 60_000 }).subscribe();
      const socket = await server.firstConnection();
      await aFewTurns();
      subscription.unsubscribe();
      if (!socket.closed) await once(socket, "close");
      while (pendingTimers() > timers) await aFewTurns();
    });
  }

  it("errors where no server answers in time", async () => {
    await using server = await TcpServer.start();
    const told = record(ownConnection({ servers: server.endpoint, timeout: 50 }));
    while (told.end === undefined) await aFewTurns();
    expect(told.end).to.have.property("message", "no answer from the last server asked in time");
  });

  it("errors where nobody listens, and does not try again by itself", async () => {
    const servers = await deadEndpoint();
    const told = record(ownConnection({ servers, timeout: 60_000, waitOnFirstConnect: true }));
    while (told.end === undefined) await aFewTurns();
    expect(told.end).to.be.instanceOf(Error).with.property("message", "connection refused");
  });
});
