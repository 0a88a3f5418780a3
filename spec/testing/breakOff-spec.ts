import { expect } from "chai";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { breakOff } from "../../lib/testing/breakOff.js";
import { TcpServer } from "../helpers/sockets.js";

const MORE_THAN_THE_KERNEL_TAKES = 16_000_000;

describe("breakOff", () => {
  let server: TcpServer;
  let socket: Socket;
  let peer: Socket;

  beforeEach(async () => {
    server = await TcpServer.start();
    socket = connect({ host: "127.0.0.1", port: Number(server.endpoint.split(":")[1]), allowHalfOpen: true });
    socket.on("error", () => undefined);
    [peer] = await Promise.all([server.firstConnection(), once(socket, "connect")]);
  });

  afterEach(async () => {
    socket.destroy();
    await server[Symbol.asyncDispose]();
  });

  it("resets the connection", async () => {
    const reset = once(peer, "error") as Promise<[NodeJS.ErrnoException]>;
    breakOff(socket);
    expect((await reset)[0].code).to.equal("ECONNRESET");
  });

  const befores: Readonly<Record<string, () => unknown>> = {
    "that is open": () => undefined,
    "that is being ended in the same turn": () => socket.end(),
    "that has been ended": () => {
      socket.end();
      return once(socket, "finish");
    },
    "that is to be ended when everything is sent": () => {
      peer.pause();
      socket.end(Buffer.alloc(MORE_THAN_THE_KERNEL_TAKES));
    },
    "that is closed": () => {
      socket.destroy();
    },
  };
  for (const [which, before] of Object.entries(befores)) {
    it(`closes a socket ${which}`, async () => {
      await before();
      const closed = once(socket, "close");
      breakOff(socket);
      await closed;
    });
  }
});
