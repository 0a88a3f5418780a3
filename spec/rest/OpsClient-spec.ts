import { expect } from "chai";
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { inspect } from "node:util";
import { OpsApiError } from "../../lib/rest/OpsApiError.js";
import { OpsClient, type OpsClientOptions } from "../../lib/rest/OpsClient.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { US } from "../helpers/gateways.js";
import { HttpServer } from "../helpers/http.js";
import { rejectionOf } from "../helpers/record.js";
import { deadEndpoint, TcpServer } from "../helpers/sockets.js";

const KEY = "aa_0123456789abcdef0123456789abcdef";
const RECORD = { op_id: "op", state: "running", registered_at: "then", updated_at: "now" };
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/;

/** What an op may be called, and is still reached. */
const oddIds = [
  "a/b",
  "..",
  ".",
  "...",
  "%2F",
  "%",
  "%2e%2e",
  "global",
  "x?y#z",
  "a b+c",
  "é🛑",
  "*",
  "-x",
  "\\",
  "\u0001",
];

/** Every call there is. */
const calls: Readonly<Record<string, (client: OpsClient) => Promise<unknown>>> = {
  list: (client) => client.list(),
  register: (client) => client.register("op"),
  act: (client) => client.act("op", "terminate"),
  haltAgent: (client) => client.haltAgent("op", "terminate"),
  haltFleet: (client) => client.haltFleet("terminate"),
};

describe("OpsClient", () => {
  describe("asks a gateway", () => {
    let gateway: DevGateway;
    let client: OpsClient;

    before(async () => {
      gateway = await DevGateway.start({ rest: { apiKey: KEY } });
      client = new OpsClient({ apiUrl: `${gateway.apiUrl!}/`, apiKey: KEY });
    });

    after(() => gateway.close());

    it("for the ops that are registered", async () => {
      gateway.ops.register("listed");
      expect(await client.list()).to.deep.equal(gateway.ops.list());
    });

    it("to register an op, for an agent or for nobody", async () => {
      expect(await client.register("ours", US)).to.deep.equal(gateway.ops.get("ours"));
      expect(await client.register("nobody's")).to.include({ op_id: "nobody's", state: "running" });
      expect((await client.haltAgent("ours", "pause")).target).to.equal(US.agentId);
      expect((await rejectionOf(client.haltAgent("nobody's", "pause"), OpsApiError)).status).to.equal(409);
    });

    it("to pause, resume and terminate an op", async () => {
      gateway.ops.register("op");
      for (const action of ["pause", "resume", "terminate", "terminate"] as const) {
        const ack = await client.act("op", action);
        expect(ack).to.deep.equal({ op_id: "op", action, accepted_at: gateway.ops.get("op")?.updated_at });
      }
    });

    it("to halt an agent and the fleet", async () => {
      gateway.ops.register("halted", US);
      expect(await client.haltAgent("halted", "terminate")).to.include({ scope: "agent", action: "terminate" });
      expect(await client.haltFleet("resume")).to.include({ scope: "global", target: "", action: "resume" });
    });

    for (const opId of oddIds) {
      it(`for the op ${JSON.stringify(opId)}, and no other`, async () => {
        expect((await client.register(opId, US)).op_id).to.equal(opId);
        expect(await client.act(opId, "pause")).to.include({ op_id: opId });
        expect(await client.haltAgent(opId, "pause")).to.include({ target: US.agentId });
        expect(gateway.ops.get(opId)?.state).to.equal("paused");
      });
    }

    it("which trims ids", async () => {
      gateway.ops.register("trimmed");
      expect(await client.act(" trimmed\n", "pause")).to.include({ op_id: "trimmed" });
    });

    const refusals: readonly (readonly [string, number, RegExp, (client: OpsClient) => Promise<unknown>])[] = [
      [
        "an op that nobody registered",
        404,
        /^404 Operation not found in registry$/,
        (client) => client.act("no", "pause"),
      ],
      [
        "a state that does not permit it",
        409,
        /^409 Operation state does not permit/,
        (client) => client.act("run", "resume"),
      ],
      ["an op without an agent", 409, /^409 Operation has no resolvable/, (client) => client.haltAgent("run", "pause")],
      ["an unknown action", 400, /^400 Unknown halt action 'stop'/, (client) => client.haltFleet("stop" as "pause")],
      ["a wrong key", 401, /^401 A valid API key is required$/, () => clientOf(gateway, "wrong").list()],
      ["no key", 401, /^401 A valid API key is required$/, () => clientOf(gateway).haltFleet("pause")],
    ];
    for (const [name, status, message, call] of refusals) {
      it(`and says why it refuses: ${name}`, async () => {
        gateway.ops.register("run");
        const error = await rejectionOf(call(client), OpsApiError);
        expect(error.status).to.equal(status);
        expect(error.message).to.match(message);
      });
    }

    it("and says that it has nothing to send with", async () => {
      await using mute = await DevGateway.start({ publisher: false, rest: {} });
      const error = await rejectionOf(clientOf(mute).haltFleet("pause"), OpsApiError);
      expect([error.status, error.message]).to.deep.equal([503, "503 Op-control channel not configured"]);
    });
  });

  describe("takes for an answer only what it asked for:", () => {
    const page = "<!doctype html><title>Sign in</title>";
    const answers: Readonly<Record<string, unknown>> = {
      "an HTML page": page,
      nothing: "",
      null: null,
      "an object of something else": { ok: true },
      "a list of something else": [{ id: 7 }],
      "an ack of another action": { op_id: "op", scope: "agent", target: "", action: "pause", accepted_at: "now" },
      "an ack of another op": { op_id: "op/2", action: "terminate", accepted_at: "now" },
      "a halt of another scope": { scope: "team", target: "", action: "terminate", accepted_at: "now" },
    };
    for (const [name, answer] of Object.entries(answers)) {
      it(`${name} is none`, async () => {
        await using server = await HttpServer.start(json(200, answer));
        for (const call of Object.values(calls)) {
          const error = await rejectionOf(call(new OpsClient({ apiUrl: server.url("") })), OpsApiError);
          expect(error.status).to.equal(200);
          expect(error.message).to.equal(`${server.url("")} did not answer as a gateway's API server does (200)`);
        }
      });
    }

    it("a newer gateway's, with more fields and states, is one", async () => {
      const newer = [{ ...RECORD, state: "draining", agent: "agent-7" }];
      await using server = await HttpServer.start(json(200, newer));
      expect(await new OpsClient({ apiUrl: server.url("") }).list()).to.deep.equal(newer);
    });
  });

  describe("says what a refusal says, and else the status:", () => {
    const refusals: readonly (readonly [string, number, unknown, string])[] = [
      ["the detail of a problem", 409, { title: "Conflict", detail: "not now" }, "409 not now"],
      ["the title of one without", 409, { title: "Conflict, says the title" }, "409 Conflict, says the title"],
      ["the title of one with a blank detail", 409, { title: "Title", detail: " " }, "409 Title"],
      ["a problem that is none", 409, { detail: 7 }, "409 Conflict"],
      ["an HTML page", 502, "<!doctype html>", "502 Bad Gateway"],
      ["nothing", 599, "", "599"],
      ["null", 500, null, "500 Internal Server Error"],
      ["escape codes", 500, { detail: "\u001b[2J\n" }, "500 \\u001b[2J\\u000a"],
    ];
    for (const [name, status, body, message] of refusals) {
      it(name, async () => {
        await using server = await HttpServer.start(json(status, body));
        const error = await rejectionOf(new OpsClient({ apiUrl: server.url("") }).list(), OpsApiError);
        expect([error.status, error.message]).to.deep.equal([status, message]);
      });
    }

    it("cuts a long one", async () => {
      await using server = await HttpServer.start(json(500, { detail: "x".repeat(100_000) }));
      const error = await rejectionOf(new OpsClient({ apiUrl: server.url("") }).list(), OpsApiError);
      expect(error.message.length).to.be.lessThan(300);
    });
  });

  it("follows no redirect: a key goes to no other address than the one that was named", async () => {
    await using elsewhere = await HttpServer.start(json(200, []));
    await using server = await HttpServer.start((response) => {
      response.writeHead(307, { location: elsewhere.url("/api/v1/ops") }).end();
    });
    const client = new OpsClient({ apiUrl: server.url(""), apiKey: KEY });
    for (const call of Object.values(calls)) {
      const error = await rejectionOf(call(client), OpsApiError);
      expect(error.status).to.equal(307);
      expect(error.message).to.equal(
        `${server.url("")} answered with 307, which is not followed, to ${elsewhere.url("/api/v1/ops")}`,
      );
    }
    expect(elsewhere.requests).to.deep.equal([]);
  });

  it("asks below the path of its URL", async () => {
    await using server = await HttpServer.start(json(200, []));
    await new OpsClient({ apiUrl: server.url("/gateway//") }).list();
    expect(server.requests.map(({ path }) => path)).to.deep.equal(["/gateway/api/v1/ops"]);
  });

  it("encodes dots that stand alone too, which proxies take for steps in the path", async () => {
    await using server = await HttpServer.start(json(404, {}));
    const client = new OpsClient({ apiUrl: server.url("") });
    for (const opId of ["..", ".", "...", "../x"]) await rejectionOf(client.act(opId, "pause"), OpsApiError);
    expect(server.requests.map(({ path }) => path.split("/")[4])).to.deep.equal(["%2E%2E", "%2E", "...", "..%2Fx"]);
  });

  describe("says why nobody answers:", () => {
    it("a refused connection", async () => {
      const apiUrl = `http://${await deadEndpoint()}`;
      const error = await rejectionOf(new OpsClient({ apiUrl }).list(), OpsApiError);
      expect(error.status).to.equal(undefined);
      expect(error.message).to.equal(`${apiUrl} cannot be reached: connect ECONNREFUSED ${apiUrl.slice(7)}`);
      expect(error.cause).to.be.instanceOf(Error).and.include({ code: "ECONNREFUSED" });
    });

    it("a refused connection, at each address of a name", async () => {
      const apiUrl = `http://localhost:${(await deadEndpoint()).split(":")[1]!}`;
      const error = await rejectionOf(new OpsClient({ apiUrl }).list(), OpsApiError);
      expect(error.message).to.match(/ cannot be reached: connect ECONNREFUSED (127\.0\.0\.1|::1):/);
    });

    it("a name that does not resolve", async () => {
      const error = await rejectionOf(new OpsClient({ apiUrl: "https://gateway.invalid" }).list(), OpsApiError);
      expect(error.message).to.match(/^https:\/\/gateway\.invalid cannot be reached: getaddrinfo /);
    });

    it("a server that never answers", async () => {
      await using server = await HttpServer.start(() => undefined);
      const error = await rejectionOf(quick(server).act("op", "terminate"), OpsApiError);
      expect(error.status).to.equal(undefined);
      expect(error.message).to.equal(`${server.url("")} did not answer within 50 ms`);
      expect(await server.ended("/api/v1/ops/op/terminate")).to.equal("cut");
    });

    it("a server that never comes to an end", async () => {
      await using server = await HttpServer.start((response) => void response.writeHead(200).write("["));
      expect((await rejectionOf(quick(server).list(), OpsApiError)).message).to.match(/did not answer within 50 ms$/);
    });

    it("a connection that breaks before the answer", async () => {
      await using server = await HttpServer.start((response) => response.socket?.resetAndDestroy());
      const error = await rejectionOf(new OpsClient({ apiUrl: server.url("") }).haltFleet("pause"), OpsApiError);
      expect(error.status).to.equal(undefined);
      expect(error.message).to.match(/cannot be reached: (read ECONNRESET|socket hang up)$/);
    });

    it("a connection that breaks in the middle of the answer", async () => {
      await using server = await HttpServer.start((response) => {
        response.writeHead(200, { "content-length": "100" }).write("[", () => response.destroy());
      });
      const error = await rejectionOf(new OpsClient({ apiUrl: server.url("") }).list(), OpsApiError);
      expect(error.status).to.equal(undefined);
      expect(error.message).to.match(/cannot be reached: aborted$/);
    });

    it("a server that does not speak HTTP, such as the gateway's port for agents", async () => {
      await using gateway = await DevGateway.start();
      const error = await rejectionOf(new OpsClient({ apiUrl: `http://${gateway.endpoint}` }).list(), OpsApiError);
      expect(error.message).to.match(/does not speak HTTP\/1\.1|socket hang up|ECONNRESET|403/);
      await using server = await TcpServer.start((socket) => socket.end("220 smtp.example ESMTP\r\n"));
      const smtp = await rejectionOf(new OpsClient({ apiUrl: `http://${server.endpoint}` }).list(), OpsApiError);
      expect(smtp.message).to.match(/cannot be reached: it does not speak HTTP\/1\.1 \(/);
    });

    it("TLS that is none", async () => {
      await using server = await HttpServer.start(json(200, []));
      const apiUrl = server.url("").replace("http:", "https:");
      const error = await rejectionOf(new OpsClient({ apiUrl, apiKey: KEY }).list(), OpsApiError);
      expect(error.message).to.match(/cannot be reached: .*(SSL|EPROTO)/i);
    });
  });

  describe("signal", () => {
    it("ends the wait with its own reason, and cuts the connection", async () => {
      await using server = await HttpServer.start(() => undefined);
      const impatience = new AbortController();
      const listed = new OpsClient({ apiUrl: server.url("") }).list({ signal: impatience.signal });
      await server.arrived("/api/v1/ops");
      const reason = new RangeError("enough");
      impatience.abort(reason);
      expect(await rejectionOf(listed, RangeError)).to.equal(reason);
      expect(await server.ended("/api/v1/ops")).to.equal("cut");
    });

    it("lets nothing begin where it is aborted already", async () => {
      await using server = await HttpServer.start(json(200, []));
      const listed = new OpsClient({ apiUrl: server.url("") }).list({ signal: AbortSignal.abort() });
      expect((await rejectionOf(listed, Error)).name).to.equal("AbortError");
      expect(server.requests).to.deep.equal([]);
    });
  });

  describe("keeps the key out of", () => {
    const echoes: Readonly<Record<string, (response: ServerResponse) => void>> = {
      "a refusal that repeats it": json(401, { detail: `no such key: ${KEY}` }),
      "one that repeats it in another case": json(401, { detail: `NO SUCH KEY: ${KEY.toUpperCase()}` }),
      "one that repeats it where it is cut": json(401, { detail: `${"x".repeat(190)}${KEY}` }),
      "one that repeats it over and over": json(401, { detail: KEY.repeat(1_000) }),
      "a redirect to it": (response) => response.writeHead(302, { location: `/?key=${KEY}` }).end(),
      "an answer that is no HTTP": (response) => response.socket?.end(`${KEY}\r\n\r\n`),
      "an answer that breaks off": (response) =>
        response.writeHead(200, { "content-length": "100" }).write(KEY, () => response.destroy()),
      "an answer of something else": json(200, { key: KEY }),
    };
    for (const [name, answer] of Object.entries(echoes)) {
      it(name, async () => {
        await using server = await HttpServer.start(answer);
        const error = await rejectionOf(new OpsClient({ apiUrl: server.url(""), apiKey: KEY }).list(), OpsApiError);
        const shown = inspect(error, { depth: 10, showHidden: true });
        expect(shown.toLowerCase()).to.not.include(KEY.slice(0, 6));
        expect(shown).to.not.include(
          Buffer.from(KEY.slice(0, 8))
            .toString("hex")
            .replace(/(..)(?=.)/g, "$1 "),
        );
        expect(error.message).to.not.match(CONTROLS);
      });
    }

    it("what is shown of the client", () => {
      const client = new OpsClient({ apiUrl: "http://localhost:7700", apiKey: KEY });
      expect(inspect(client, { showHidden: true })).to.not.include(KEY);
      expect(JSON.stringify(client)).to.not.include(KEY);
    });
  });

  describe("refuses at once", () => {
    const options: readonly (readonly [string, Partial<OpsClientOptions>, RegExp])[] = [
      ["no URL", { apiUrl: "localhost:7700" }, /^apiUrl must be a URL such as/],
      ["another scheme", { apiUrl: "ftp://localhost" }, /^apiUrl /],
      [
        "a user in the URL",
        { apiUrl: "http://user:secret@localhost" },
        /^apiUrl must be a URL[^]*without "user:password@"/,
      ],
      ["a query", { apiUrl: "http://localhost/?key=secret" }, /^apiUrl /],
      ["a fragment", { apiUrl: "http://localhost/#x" }, /^apiUrl /],
      ["an empty key", { apiKey: "" }, /^apiKey must be a non-empty line/],
      ["a key of two lines", { apiKey: "secret\r\nx: y" }, /^apiKey /],
      ["a key beyond ASCII", { apiKey: "sécret" }, /^apiKey /],
      [
        "a key in clear text to another machine",
        { apiUrl: "http://gateway.example", apiKey: "secret" },
        /^apiKey must be left out where/,
      ],
      [
        "a key to a name that only looks like this machine",
        { apiUrl: "http://localhost.example", apiKey: "secret" },
        /^apiKey /,
      ],
      ["no time at all", { timeoutMs: 0 }, /^timeoutMs /],
      ["a time that no timer keeps", { timeoutMs: 2 ** 31 }, /^timeoutMs /],
    ];
    for (const [name, wrong, message] of options) {
      it(name, () => {
        const make = (): OpsClient => new OpsClient({ apiUrl: "http://127.0.0.1:7700", ...wrong });
        expect(make).to.throw(TypeError, message);
        expect(make).to.not.throw(TypeError, /secret/);
      });
    }

    for (const [name, opId] of [
      ["an empty id", ""],
      ["a blank id", " \t"],
      ["an id with half a character", "\ud83d"],
    ] as const) {
      it(`${name}, and asks nobody`, async () => {
        await using server = await HttpServer.start(json(200, {}));
        const client = new OpsClient({ apiUrl: server.url("") });
        for (const call of [client.register(opId), client.act(opId, "pause"), client.haltAgent(opId, "pause")]) {
          expect((await rejectionOf(call, TypeError)).message).to.match(/^opId must be /);
        }
        expect(server.requests).to.deep.equal([]);
      });
    }
  });

  it("brings a key to another machine over TLS", () => {
    expect(new OpsClient({ apiUrl: "https://gateway.example/", apiKey: KEY }).apiUrl).to.equal(
      "https://gateway.example",
    );
  });

  it("keeps no connection, and its calls leave nothing that keeps the process", async () => {
    await using server = await TcpServer.start((socket) => {
      socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"));
    });
    const client = new OpsClient({ apiUrl: `http://${server.endpoint}` });
    await client.list();
    await client.list();
    expect(server.sockets).to.have.length(2);
    for (const socket of server.sockets) if (!socket.closed) await once(socket, "close");
  });
});

function clientOf({ apiUrl }: DevGateway, apiKey?: string): OpsClient {
  return new OpsClient({ apiUrl: apiUrl!, apiKey });
}

function quick(server: HttpServer): OpsClient {
  return new OpsClient({ apiUrl: server.url(""), timeoutMs: 50 });
}

/** What is no text is sent as JSON. */
function json(status: number, body: unknown): (response: ServerResponse) => void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return (response) => response.writeHead(status, { "content-type": "application/json" }).end(text);
}
