import { expect } from "chai";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { text } from "node:stream/consumers";
import { OpRegistry } from "../../../lib/testing/rest/OpRegistry.js";
import { RestServer } from "../../../lib/testing/rest/RestServer.js";
import { rejectionOf } from "../../helpers/record.js";
import { askApi } from "./askApi.js";

const OPS = "/api/v1/ops";

describe("RestServer", () => {
  const servers: RestServer[] = [];
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    for (const server of servers.splice(0)) server.kill();
  });

  for (const [host, url] of [
    [undefined, /^http:\/\/127\.0\.0\.1:\d+$/],
    ["localhost", /^http:\/\/localhost:\d+$/],
    ["::1", /^http:\/\/\[::1\]:\d+$/],
  ] as const) {
    // Not every container has IPv6.
    const isHere =
      host !== "::1" ||
      Object.values(networkInterfaces())
        .flat()
        .some((own) => own?.address === host);
    (isHere ? it : it.skip)(
      `says where it listens, with ${host ?? "no"} host named, and reaches odd ids there`,
      async () => {
        const { server, ops } = await start(host);
        expect(server.url).to.match(url);
        ops.register("..");
        expect((await askApi(server.url, { path: `${OPS}/%2E%2E/pause` })).status).to.equal(200);
        expect((await askApi(server.url, { path: `${OPS}/../resume` })).status).to.equal(200);
      },
    );
  }

  it("rejects where somebody else is listening", async () => {
    const { server } = await start();
    const port = portOf(server);
    const error = await rejectionOf(RestServer.start(new OpRegistry({ publish: undefined }), { port }), Error);
    expect(error).to.include({ code: "EADDRINUSE", port });
  });

  it("leaves the process's Request and Response as they are", async () => {
    const before = [globalThis.Request, globalThis.Response];
    const { server } = await start();
    await askApi(server.url, { method: "GET", path: OPS });
    expect([globalThis.Request, globalThis.Response]).to.deep.equal(before);
  });

  describe("takes requests as they come over the wire:", () => {
    const wires: Readonly<Record<string, readonly [string, RegExp]>> = {
      "a whole URL, as to a proxy": [
        "GET http://127.0.0.1/api/v1/ops HTTP/1.1\r\nHost: 127.0.0.1\r\n",
        /^HTTP\/1\.1 200 .*\[\]$/s,
      ],
      "no Host": ["GET /api/v1/ops HTTP/1.0\r\n", /^HTTP\/1\.1 400 .*"status":400/s],
      "a Host that is none": ["GET /api/v1/ops HTTP/1.1\r\nHost: a b\r\n", /^HTTP\/1\.1 40[03] .*"status":40[03]/s],
      "a path with a backslash": ["GET /api\\v1 HTTP/1.1\r\nHost: [::1]\r\n", /^HTTP\/1\.1 40[04] .*"status":40[04]/s],
      "a body in pieces that is too large": [
        `POST /api/v1/ops HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${"4000\r\n".concat("x".repeat(0x4000), "\r\n").repeat(5)}0\r\n`,
        /^HTTP\/1\.1 413 .*"status":413/s,
      ],
    };
    for (const [name, [request, answer]] of Object.entries(wires)) {
      it(name, async () => {
        const { server } = await start();
        const socket = await dial(server);
        socket.write(request.replace("\r\n", "\r\nConnection: close\r\n").concat("\r\n"));
        expect(await text(socket)).to.match(answer);
      });
    }
  });

  it("goes on when a request is cut in its middle", async () => {
    const { server, ops } = await start();
    const socket = await dial(server);
    socket.write(
      "POST /api/v1/ops HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{",
    );
    // One that is served is the sign that the other has been let in.
    await askApi(server.url, { method: "GET", path: OPS });
    socket.resetAndDestroy();
    expect((await askApi(server.url, { path: OPS, body: { op_id: "next" } })).status).to.equal(201);
    expect(ops.list()).to.have.length(1);
  });

  describe("kill", () => {
    it("cuts connections at once, idle or with half a request, and frees the port", async () => {
      const { server } = await start();
      const idle = await dial(server);
      const asking = await dial(server);
      asking.write("POST /api/v1/ops HTTP/1.1\r\nHost: localhost\r\n");
      await askApi(server.url, { method: "GET", path: OPS });
      const closed = Promise.all([once(idle, "close"), once(asking, "close")]);
      server.kill();
      await start(undefined, portOf(server));
      await closed;
    });

    it("may come twice", async () => {
      const { server } = await start();
      server.kill();
      server.kill();
    });
  });

  describe("close", () => {
    it("frees the port, and still answers what is being asked", async () => {
      const { server } = await start();
      const asking = await dial(server);
      asking.write(
        "POST /api/v1/ops HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" +
          'Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{"op_id"',
      );
      await askApi(server.url, { method: "GET", path: OPS });
      server.close();
      await start(undefined, portOf(server));
      asking.write(':"x"}');
      expect(await text(asking)).to.match(/^HTTP\/1\.1 201 /);
    });
  });

  async function start(host?: string, port = 0): Promise<{ server: RestServer; ops: OpRegistry }> {
    const ops = new OpRegistry({ publish: () => undefined });
    const server = await RestServer.start(ops, { ...(host === undefined ? {} : { host }), port });
    servers.push(server);
    return { server, ops };
  }

  async function dial(server: RestServer): Promise<Socket> {
    const socket = connect(portOf(server), new URL(server.url).hostname).on("error", () => undefined);
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }
});

function portOf({ url }: RestServer): number {
  return Number(new URL(url).port);
}
