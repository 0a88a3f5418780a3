import { ChannelCredentials, Client, type ClientReadableStream, Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { filter, firstValueFrom, skip } from "rxjs";
import { type OpControlMessage, OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import type { AgentIdentity } from "../../lib/options.js";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import type { DevGatewayOptions } from "../../lib/testing/DevGatewayOptions.js";
import { connectTo, subscribed, testPair, tlsServer, US } from "../helpers/gateways.js";
import { RawStream } from "../helpers/RawStream.js";
import { record, rejectionOf } from "../helpers/record.js";
import { askApi } from "./rest/askApi.js";

/** The same agent id in another team, and in another organisation. */
const OTHER_TEAM = { ...US, teamId: "support" };
const OTHER_ORG = { ...US, orgId: "umbrella" };
const OP = "4bf92f35:00f067aa";

describe("DevGateway", () => {
  const clients: Client[] = [];
  const gateways: DevGateway[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  });

  describe("start", () => {
    it("listens on a free port of this machine, and says where", async () => {
      const [one, two] = [await start(), await start()];
      expect(one.endpoint).to.equal(`127.0.0.1:${one.port}`);
      expect(one.port).to.be.greaterThan(0).and.not.equal(two.port);
      await subscribe(one);
      await subscribe(two);
    });

    it("listens where it is told to", async () => {
      const { port } = await startAndClose();
      const gateway = await start({ host: "localhost", port });
      expect(gateway.endpoint).to.equal(`localhost:${port}`);
      await subscribe(gateway);
    });

    it("rejects where somebody else is listening", async () => {
      const { port } = await start();
      await rejectionOf(start({ port }), Error);
    });

    it("serves TLS with the credentials that it is given", async () => {
      const gateway = await start({ credentials: tlsServer() });
      await subscribe({ endpoint: `localhost:${gateway.port}` }, US, {}, ChannelCredentials.createSsl(testPair.cert));
    });
  });

  describe("checks a subscriber in the gateway's order", () => {
    const tokens = { ours: US, theirs: OTHER_TEAM };
    const rows: readonly (readonly [string, DevGatewayOptions, object, Record<string, string>, status])[] = [
      ["no agent at all", { tokens, publisher: false }, {}, {}, status.INVALID_ARGUMENT],
      ["no agent_id", { tokens, publisher: false }, { agentId: { ...US, agentId: "" } }, {}, status.INVALID_ARGUMENT],
      ["no token", { tokens, publisher: false }, { agentId: US }, {}, status.UNAUTHENTICATED],
      ["a wrong token", { tokens, publisher: false }, { agentId: US }, header("wrong"), status.UNAUTHENTICATED],
      ["another's token", { tokens, publisher: false }, { agentId: US }, header("theirs"), status.PERMISSION_DENIED],
      ["no publisher", { tokens, publisher: false }, { agentId: US }, header("ours"), status.UNAVAILABLE],
      ["nothing amiss", { tokens }, { agentId: US }, header("ours"), status.OK],
      ["nothing amiss, and no tokens", {}, { agentId: US }, {}, status.OK],
      ["its token as Bearer", { tokens }, { agentId: US }, { authorization: "Bearer ours" }, status.OK],
    ];
    for (const [name, options, request, headers, code] of rows) {
      it(`${name}: ${status[code]}`, async () => {
        const gateway = await start(options);
        const call = open(gateway, OpControlSubscribeRequest.fromPartial(request), headers);
        call.on("metadata", () => gateway.endStreams());
        expect(await statusOf(call)).to.equal(status[code]);
        expect(gateway.subscribers).to.deep.equal([]);
      });
    }

    it("and answers a subscriber at once, with its headers, before there is any signal", async () => {
      const gateway = await start();
      await once(
        open(gateway).on("error", () => undefined),
        "metadata",
      );
    });
  });

  describe("signals", () => {
    it("go to everyone, as the wire has them", async () => {
      const gateway = await start();
      const [us, them] = [await subscribe(gateway), await subscribe(gateway, OTHER_TEAM)];
      gateway.pause(OP);
      gateway.resume(OP);
      gateway.terminate(OP);
      gateway.signal("other:", "PAUSE");
      gateway.haltFleet("TERMINATE");
      const expected = [
        { opId: OP, signal: 1, sequence: 0n },
        { opId: OP, signal: 2, sequence: 1n },
        { opId: OP, signal: 3, sequence: 2n },
        { opId: "other:", signal: 1, sequence: 3n },
        { opId: "*", signal: 3, sequence: 4n },
      ];
      expect(await us.received(5)).to.deep.equal(expected);
      expect(await them.received(5)).to.deep.equal(expected);
    });

    it("go to one agent only where one is named, whose whole identity counts", async () => {
      const gateway = await start();
      const subscribers = {
        us: await subscribe(gateway),
        otherTeam: await subscribe(gateway, OTHER_TEAM),
        otherOrg: await subscribe(gateway, OTHER_ORG),
      };
      gateway.terminate(OP, US);
      gateway.haltAgent(OTHER_TEAM, "PAUSE");
      gateway.haltAgent(OTHER_ORG, "RESUME");
      gateway.haltFleet("PAUSE");
      expect((await subscribers.us.received(2)).map(brief)).to.deep.equal([`3 ${OP}`, "1 *"]);
      expect((await subscribers.otherTeam.received(2)).map(brief)).to.deep.equal(["1 agent:agent-7", "1 *"]);
      expect((await subscribers.otherOrg.received(2)).map(brief)).to.deep.equal(["2 agent:agent-7", "1 *"]);
    });

    it("reach every stream of an agent that has several", async () => {
      const gateway = await start();
      const [one, two] = [await subscribe(gateway), await subscribe(gateway)];
      gateway.pause(OP, US);
      expect(await one.received(1)).to.deep.equal(await two.received(1));
    });

    it("are numbered from 0, all agents' together, so that each agent sees holes", async () => {
      const gateway = await start();
      const [us, them] = [await subscribe(gateway), await subscribe(gateway, OTHER_TEAM)];
      for (const agent of [US, OTHER_TEAM, OTHER_TEAM, US]) gateway.pause(OP, agent);
      gateway.pause(OP);
      expect((await us.received(3)).map(({ sequence }) => sequence)).to.deep.equal([0n, 3n, 4n]);
      expect((await them.received(3)).map(({ sequence }) => sequence)).to.deep.equal([1n, 2n, 4n]);
    });

    it("are numbered from 0 again by the next gateway", async () => {
      const first = await start();
      first.pause(OP);
      await first.close();
      const second = await start({ port: first.port });
      const us = await subscribe(second);
      second.pause(OP);
      expect(await us.received(1)).to.deep.equal([{ opId: OP, signal: 1, sequence: 0n }]);
    });

    it("are lost on who subscribes later", async () => {
      const gateway = await start();
      gateway.terminate(OP);
      const us = await subscribe(gateway);
      gateway.pause("other:");
      expect(await us.received(1)).to.deep.equal([{ opId: "other:", signal: 1, sequence: 1n }]);
    });

    it("can be anything that the wire can carry", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      const raw = [
        { opId: "", signal: 0, sequence: 0n },
        { opId: OP, signal: 99, sequence: 2n ** 64n - 1n },
        { opId: "line\nbreak", signal: -1, sequence: 7n },
        { opId: "x".repeat(8_192), signal: 3, sequence: 7n },
      ];
      for (const signal of raw) gateway.send(signal);
      expect(await us.received(4)).to.deep.equal(raw);
    });

    it("that name their own sequence take none of the gateway's", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      gateway.send({ opId: OP, signal: 1, sequence: 100n });
      gateway.send({ opId: OP, signal: 2 });
      gateway.send({});
      expect(await us.received(3)).to.deep.equal([
        { opId: OP, signal: 1, sequence: 100n },
        { opId: OP, signal: 2, sequence: 0n },
        { opId: "", signal: 0, sequence: 1n },
      ]);
    });
  });

  describe("sent$", () => {
    it("tells each signal, whom it was for and how many streams it went to", async () => {
      const gateway = await start();
      gateway.pause("nobody looks");
      const { values } = record(gateway.sent$);
      gateway.pause(OP);
      await subscribe(gateway);
      await subscribe(gateway);
      await subscribe(gateway, OTHER_TEAM);
      gateway.haltAgent(US, "TERMINATE");
      gateway.send({ sequence: 77n });
      expect(values).to.deep.equal([
        { opId: OP, signal: 1, sequence: 1n, agent: undefined, streams: 0 },
        { opId: "agent:agent-7", signal: 3, sequence: 2n, agent: US, streams: 2 },
        { opId: "", signal: 0, sequence: 77n, agent: undefined, streams: 3 },
      ]);
    });
  });

  describe("ops", () => {
    it("sends a signal with what an operator does, to the agent that the op is registered for", async () => {
      const gateway = await start();
      const [us, them] = [await subscribe(gateway), await subscribe(gateway, OTHER_TEAM)];
      gateway.ops.register(OP, US);
      await gateway.ops.act(OP, "pause");
      await gateway.ops.haltAgent(OP, "resume");
      await gateway.ops.haltFleet("terminate");
      expect((await us.received(3)).map(brief)).to.deep.equal([`1 ${OP}`, "2 agent:agent-7", "3 *"]);
      expect((await them.received(1)).map(brief)).to.deep.equal(["3 *"]);
    });

    it("keeps no record of what the gateway's own methods send", async () => {
      const gateway = await start();
      const op = gateway.ops.register(OP);
      gateway.terminate(OP);
      expect(gateway.ops.list()).to.deep.equal([op]);
    });
  });

  describe("rest", () => {
    const OPS = "/api/v1/ops";

    it("serves the operator's API, which is not there otherwise", async () => {
      expect((await start()).apiUrl).to.equal(undefined);
      const gateway = await start({ rest: {} });
      expect(gateway.apiUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
      gateway.ops.register(OP);
      const { status, body } = await askApi(gateway.apiUrl, { method: "GET", path: OPS });
      expect([status, body]).to.deep.equal([200, gateway.ops.list()]);
    });

    it("requires the key that is given", async () => {
      const gateway = await start({ rest: { apiKey: "secret" } });
      expect((await askApi(gateway.apiUrl, { path: OPS })).status).to.equal(401);
    });

    for (const apiKey of ["", "two words", "line\nbreak", "é"]) {
      it(`refuses ${JSON.stringify(apiKey)} as a key at once, by the option's name`, async () => {
        const error = await rejectionOf(start({ rest: { apiKey } }), TypeError);
        expect(error.message).to.equal("rest.apiKey must be a line of ASCII without blanks");
      });
    }

    it("leaves nothing behind where its port is somebody else's", async () => {
      const { apiUrl } = await start({ rest: {} });
      const { port } = await startAndClose();
      await rejectionOf(start({ port, rest: { port: Number(new URL(apiUrl!).port) } }), Error);
      await start({ port });
    });

    for (const end of ["close", "kill"] as const) {
      it(`ends its connections at once with ${end}, and starts again on the same ports`, async () => {
        const gateway = await start({ rest: {} });
        const rest = { port: Number(new URL(gateway.apiUrl!).port) };
        const idle = connect(rest.port, "127.0.0.1").on("error", () => undefined);
        await once(idle, "connect");
        await askApi(gateway.apiUrl, { method: "GET", path: OPS });
        const cut = once(idle, "close");
        await gateway[end]();
        await cut;
        const again = await start({ port: gateway.port, rest });
        expect((await askApi(again.apiUrl, { method: "GET", path: OPS })).body).to.deep.equal([]);
      });
    }

    it("gives its port up with drain, so that a successor can listen", async () => {
      const gateway = await start({ rest: {} });
      using stream = await new RawStream(gateway).subscribed();
      const drained = gateway.drain();
      await start({ port: gateway.port, rest: { port: Number(new URL(gateway.apiUrl!).port) } });
      stream.call.cancel();
      await drained;
    });
  });

  describe("subscribers", () => {
    it("are who is subscribed now, one entry a stream, in the order of their coming", async () => {
      const gateway = await start();
      expect(gateway.subscribers).to.deep.equal([]);
      const us = await subscribe(gateway);
      await subscribe(gateway, OTHER_TEAM);
      await subscribe(gateway);
      expect(gateway.subscribers).to.deep.equal([US, OTHER_TEAM, US]);
      us.call.cancel();
      await subscribed(gateway, 2);
      expect(gateway.subscribers).to.deep.equal([OTHER_TEAM, US]);
    });

    it("come as a stream too: those of now, then one emission for each that comes or goes", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      const { values } = record(gateway.subscribers$);
      await subscribe(gateway, OTHER_TEAM);
      us.call.cancel();
      await subscribed(gateway, 1);
      clients.at(-1)?.close();
      gateway.endStreams();
      await subscribed(gateway, 0);
      expect(values).to.deep.equal([[US], [US, OTHER_TEAM], [OTHER_TEAM], []]);
    });

    it("lose one whose connection breaks", async () => {
      const gateway = await start();
      const control = connectTo(gateway);
      await control.ready();
      expect(gateway.subscribers).to.deep.equal([US]);
      const left = firstValueFrom(gateway.subscribers$.pipe(skip(1)));
      control.close();
      expect(await left).to.deep.equal([]);
    });
  });

  describe("endStreams", () => {
    it("ends every stream in order, after what was sent before, and goes on listening", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      gateway.pause(OP);
      gateway.endStreams();
      expect(await us.status()).to.equal("OK");
      expect((await us.received(1)).map(brief)).to.deep.equal([`1 ${OP}`]);
      await subscribed(gateway, 0);
      const again = await subscribe(gateway);
      gateway.resume(OP);
      expect((await again.received(1)).map(brief)).to.deep.equal([`2 ${OP}`]);
    });

    it("ends them also where more is sent at once, which goes to nobody", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      gateway.pause(OP);
      gateway.endStreams();
      gateway.resume(OP);
      expect(await us.status()).to.equal("OK");
      expect((await us.received(1)).map(brief)).to.deep.equal([`1 ${OP}`]);
    });

    it("ends them with any status and trailers, after what was sent before", async () => {
      const gateway = await start();
      using stream = await new RawStream(gateway).subscribed();
      gateway.pause(OP);
      const metadata = new Metadata();
      metadata.set("x-why", "maintenance");
      gateway.endStreams({ code: status.ABORTED, details: "made to", metadata });
      const end = await stream.ended;
      expect([end.code, end.details, end.metadata.get("x-why")]).to.deep.equal(["ABORTED", "made to", ["maintenance"]]);
      expect(stream.messages).to.have.length(1);
      using another = await new RawStream(gateway).subscribed();
      gateway.endStreams({ code: 99 });
      expect((await another.ended).code).to.equal("99");
    });
  });

  describe("sendBytes", () => {
    it("sends bytes as a message, be they one or not, to everyone or to one agent", async () => {
      const gateway = await start();
      using us = await new RawStream(gateway).subscribed();
      using them = await new RawStream(gateway, OTHER_TEAM).subscribed();
      gateway.sendBytes(Buffer.from([0x0a, 2, 0x6f, 0x70]));
      expect(await us.received(1)).to.deep.equal(["op"]);
      expect(await them.received(1)).to.deep.equal(["op"]);
      gateway.sendBytes(Buffer.from([0x0a, 200]), US);
      expect((await us.ended).code).to.equal("INTERNAL");
      gateway.sendBytes(Buffer.alloc(5 * 2 ** 20));
      expect((await them.ended).code).to.equal("RESOURCE_EXHAUSTED");
    });
  });

  describe("refuseNext", () => {
    it("refuses so many subscribers, before any other check, and then no more", async () => {
      const gateway = await start({ publisher: false });
      gateway.refuseNext(2, { code: status.RESOURCE_EXHAUSTED, details: "too many" });
      for (const expected of ["RESOURCE_EXHAUSTED too many", "RESOURCE_EXHAUSTED too many", "UNAVAILABLE"]) {
        using stream = new RawStream(gateway);
        const { code, details } = await stream.ended;
        expect(`${code} ${details}`).to.match(new RegExp(`^${expected}`));
      }
      expect(gateway.subscribers).to.deep.equal([]);
    });
  });

  describe("withholdHeaders", () => {
    it("takes so many subscribers in without a word, until sendHeaders", async () => {
      const gateway = await start();
      gateway.withholdHeaders(1);
      using silent = new RawStream(gateway);
      let headers = 0;
      silent.call.on("metadata", () => headers++);
      await withheld(gateway, 1);
      using other = await new RawStream(gateway, OTHER_TEAM).subscribed();
      gateway.pause("missed");
      expect(await other.received(1)).to.deep.equal(["missed"]);
      expect([headers, gateway.subscribers]).to.deep.equal([0, [OTHER_TEAM]]);
      gateway.sendHeaders();
      await silent.subscribed();
      gateway.pause("heard");
      expect(await silent.received(1)).to.deep.equal(["heard"]);
      expect(gateway.subscribers).to.deep.equal([OTHER_TEAM, US]);
      await withheld(gateway, 0);
    });

    it("goes on until it is lifted, and forgets who has left", async () => {
      const gateway = await start();
      gateway.withholdHeaders();
      {
        using one = new RawStream(gateway);
        using two = new RawStream(gateway, OTHER_TEAM);
        const { values } = record(gateway.withheld$);
        await withheld(gateway, 2);
        one.call.cancel();
        await withheld(gateway, 1);
        two.call.cancel();
        await withheld(gateway, 0);
        expect(values.map(({ length }) => length)).to.deep.equal([0, 1, 2, 1, 0]);
      }
      gateway.sendHeaders();
      await subscribe(gateway);
    });
  });

  describe("kill", () => {
    it("cuts every stream at once and frees the port at once", async () => {
      const gateway = await start();
      using stream = await new RawStream(gateway).subscribed();
      using silent = (gateway.withholdHeaders(), new RawStream(gateway));
      await withheld(gateway, 1);
      gateway.kill();
      const successor = await start({ port: gateway.port });
      expect((await stream.ended).code).not.to.equal("OK");
      expect((await silent.ended).code).not.to.equal("OK");
      await subscribed(gateway, 0);
      await subscribe(successor);
    });

    it("may come twice, and leaves close nothing to do", async () => {
      const gateway = await start();
      gateway.kill();
      gateway.kill();
      await gateway.close();
    });
  });

  describe("drain", () => {
    it("sends GOAWAY, lets streams go on and a successor listen, and is over when they are", async () => {
      const gateway = await start();
      using stream = await new RawStream(gateway).subscribed();
      const session = connectHttp2(`http://${gateway.endpoint}`);
      await once(session, "remoteSettings");
      const told = once(session, "goaway");
      const drained = gateway.drain();
      expect((await told)[0]).to.equal(0);
      const successor = await start({ port: gateway.port });
      await subscribe(successor);
      gateway.pause("after");
      expect(await stream.received(1)).to.deep.equal(["after"]);
      gateway.endStreams();
      expect((await stream.ended).code).to.equal("OK");
      await drained;
    });

    it("cuts what is left when graceMs have passed", async () => {
      const gateway = await start();
      using stream = await new RawStream(gateway).subscribed();
      const startedMs = performance.now();
      await gateway.drain(50);
      expect(performance.now() - startedMs).to.be.within(49, 400);
      expect((await stream.ended).code).not.to.equal("OK");
    });

    it("does not wait for a connection that never speaks, once the streams are over", async () => {
      const gateway = await start();
      const socket = connect(gateway.port, "127.0.0.1").on("error", () => undefined);
      try {
        await once(socket, "connect");
        using stream = await new RawStream(gateway).subscribed();
        const drained = gateway.drain();
        stream.call.cancel();
        await drained;
      } finally {
        socket.destroy();
      }
    });

    it("listens no more", async () => {
      const gateway = await start();
      using stream = await new RawStream(gateway).subscribed();
      void gateway.drain();
      const refused = new RawStream(gateway);
      expect((await refused.ended).code).to.equal("UNAVAILABLE");
      expect(gateway.subscribers).to.have.length(1);
      stream.call.cancel();
      refused[Symbol.dispose]();
    });
  });

  it("listens at a Unix domain socket too", async () => {
    const address = `unix:${join(tmpdir(), `dev-gateway-${process.pid}.sock`)}`;
    const gateway = await start({ address });
    expect([gateway.endpoint, gateway.port]).to.deep.equal([address, 0]);
    using stream = await new RawStream(gateway).subscribed();
    gateway.kill();
    expect((await stream.ended).code).not.to.equal("OK");
    await subscribe(await start({ address }));
  });

  describe("close", () => {
    it("ends streams that wait for their headers too", async () => {
      const gateway = await start();
      gateway.withholdHeaders();
      using stream = new RawStream(gateway);
      await withheld(gateway, 1);
      const closed = gateway.close();
      expect((await stream.ended).code).to.equal("OK");
      await closed;
    });

    it("ends the streams of live subscribers in order and frees the port", async () => {
      const gateway = await start();
      const us = await subscribe(gateway);
      const closed = gateway.close();
      expect(await us.status()).to.equal("OK");
      await closed;
      expect(gateway.subscribers).to.deep.equal([]);
      await start({ port: gateway.port });
    });

    it("does nothing the second time", async () => {
      const gateway = await start();
      await gateway.close();
      await gateway.close();
    });

    it("goes with the scope that it was started in", async () => {
      let port: number;
      {
        await using gateway = await DevGateway.start();
        port = gateway.port;
      }
      await start({ port });
    });

    it("does not wait for ever for a connection that never spoke HTTP/2", async () => {
      const gateway = await DevGateway.start();
      const socket = connect(gateway.port, "127.0.0.1").on("error", () => undefined);
      try {
        await once(socket, "connect");
        // One that is served is the sign that the other has been let in.
        await subscribe(gateway);
        expect(await Promise.race([gateway.close().then(() => "closed"), sleep(2_000, "waiting")])).to.equal("closed");
      } finally {
        socket.destroy();
      }
    });
  });

  async function start(options?: DevGatewayOptions): Promise<DevGateway> {
    const gateway = await DevGateway.start(options);
    gateways.push(gateway);
    return gateway;
  }

  async function startAndClose(): Promise<DevGateway> {
    const gateway = await DevGateway.start();
    await gateway.close();
    return gateway;
  }

  /** Opens a stream as any gRPC client would, without this library. */
  function open(
    { endpoint }: { readonly endpoint: string },
    request = OpControlSubscribeRequest.fromPartial({ agentId: US }),
    headers: Readonly<Record<string, string>> = {},
    credentials = ChannelCredentials.createInsecure(),
  ): ClientReadableStream<OpControlMessage> {
    const client = new Client(endpoint, credentials, { "grpc.use_local_subchannel_pool": 1 });
    clients.push(client);
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const { path, requestSerialize, responseDeserialize } = PolicyServiceService.opControlStream;
    return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
  }

  /** A stream that the gateway has accepted. */
  async function subscribe(
    gateway: { readonly endpoint: string },
    agent: AgentIdentity = US,
    headers: Readonly<Record<string, string>> = {},
    credentials = ChannelCredentials.createInsecure(),
  ) {
    const call = open(gateway, OpControlSubscribeRequest.fromPartial({ agentId: agent }), headers, credentials);
    const messages: OpControlMessage[] = [];
    call.on("data", (message: OpControlMessage) => {
      messages.push(message);
    });
    const ended = statusOf(call);
    await once(call, "metadata");
    return {
      call,
      async received(count: number): Promise<readonly OpControlMessage[]> {
        while (messages.length < count) await once(call, "data");
        return messages;
      },
      status: () => ended,
    };
  }
});

/** How the call ends, by the name of its code. */
function statusOf(call: ClientReadableStream<unknown>): Promise<string | undefined> {
  call.on("error", () => undefined).resume();
  return new Promise((resolve) => call.once("status", ({ code }) => resolve(status[code])));
}

/** When so many subscribers wait for their headers. */
async function withheld(gateway: DevGateway, count: number): Promise<void> {
  await firstValueFrom(gateway.withheld$.pipe(filter(({ length }) => length === count)));
}

function header(token: string): Record<string, string> {
  return { "x-aa-credential-token": token };
}

function brief({ opId, signal }: OpControlMessage): string {
  return `${signal} ${opId}`;
}
