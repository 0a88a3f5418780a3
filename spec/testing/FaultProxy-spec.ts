import { expect } from "chai";
import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { performance } from "node:perf_hooks";
import { filter, firstValueFrom } from "rxjs";
import { DevGateway } from "../../lib/testing/DevGateway.js";
import { FaultProxy } from "../../lib/testing/FaultProxy.js";
import type { ProxyCounts } from "../../lib/testing/ProxyCounter.js";
import { subscribed, tlsServer } from "../helpers/gateways.js";
import { Peer, PeerServer } from "../helpers/Peer.js";
import { NODE, Run } from "../helpers/processes.js";
import { deadEndpoint } from "../helpers/sockets.js";
import { RawStream } from "../helpers/RawStream.js";
import { rejectionOf } from "../helpers/record.js";

/** A frame of a type that nobody knows, which HTTP/2 says to ignore. */
const UNKNOWN_FRAME = Buffer.from([0, 0, 3, 0xee, 0, 0, 0, 0, 0, 1, 2, 3]);

/** SETTINGS of one byte, which breaks a connection. */
const WRONG_FRAME = Buffer.from([0, 0, 1, 4, 0, 0, 0, 0, 0, 1]);

describe("FaultProxy", () => {
  let server: PeerServer;
  let proxy: FaultProxy;
  const agents: Peer[] = [];

  beforeEach(async () => {
    server = await PeerServer.start();
    proxy = await FaultProxy.start(server);
  });

  afterEach(async () => {
    for (const agent of agents.splice(0)) agent.socket.destroy();
    await proxy.close();
    await server[Symbol.asyncDispose]();
  });

  describe("without a fault", () => {
    it("passes on what either side says, and its end", async () => {
      const [agent, gateway] = await connection();
      agent.say("to the gateway");
      gateway.say("to the agent");
      await gateway.hears("to the gateway");
      await agent.hears("to the agent");
      agent.socket.end("the last of it");
      await gateway.hears("to the gatewaythe last of it");
      gateway.socket.end();
      expect(await agent.end).to.equal("FIN");
      expect(await gateway.end).to.equal("FIN");
    });

    it("passes a reset on, both ways", async () => {
      const [agent, gateway] = await connection();
      agent.socket.resetAndDestroy();
      expect(await gateway.end).to.equal("RST");
      const [otherAgent, otherGateway] = await connection();
      otherGateway.socket.resetAndDestroy();
      expect(await otherAgent.end).to.equal("RST");
    });

    it("passes on more than fits into any buffer, and no more than the reader takes", async () => {
      const [agent, gateway] = await connection();
      const sent = Buffer.alloc(8 * 2 ** 20, "0123456789");
      gateway.socket.pause();
      agent.socket.end(sent);
      gateway.socket.resume();
      await gateway.hears(sent.toString());
    });

    it("resets the connection when nobody listens at the target", async () => {
      proxy.retarget(await deadEndpoint());
      expect(await dial().end).to.equal("RST");
    });

    it("passes TLS on as it is", async () => {
      await using gateway = await DevGateway.start({ credentials: tlsServer() });
      proxy.retarget(gateway);
      const session = connectHttp2(`https://${proxy.endpoint}`, { rejectUnauthorized: false });
      await once(session, "remoteSettings");
      expect(() => proxy.goAway()).to.throw("plaintext");
      session.destroy();
    });

    it("speaks to a gateway at a Unix domain socket", async () => {
      await using gateway = await DevGateway.start({
        address: `unix:${join(tmpdir(), `fault-proxy-${process.pid}.sock`)}`,
      });
      proxy.retarget(gateway);
      using stream = await new RawStream(proxy).subscribed();
      gateway.pause("op");
      expect(await stream.received(1)).to.deep.equal(["op"]);
      proxy.reset();
      expect((await stream.ended).code).to.equal("UNAVAILABLE");
      await subscribed(gateway, 0);
    });

    it("refuses a target that it cannot dial", async () => {
      for (const target of ["localhost", "::1:80", "host:", ":80", ""]) {
        expect((await rejectionOf(FaultProxy.start(target), TypeError)).message).to.contain(`"${target}"`);
        expect(() => proxy.retarget(target)).to.throw(TypeError, `"${target}"`);
      }
    });
  });

  it("counts the connections so far, those that are open, and tells of each change", async () => {
    const [one] = await connection();
    await connection();
    expect([proxy.accepted, proxy.open]).to.deep.equal([2, 2]);
    one.socket.end();
    await counts(({ open }) => open === 1);
    proxy.refuse(1);
    expect(await dial().end).to.equal("RST");
    expect(await counts(() => true)).to.deep.equal({ accepted: 3, open: 1, swallowed: 0 });
  });

  it("retarget sends new connections elsewhere and leaves open ones where they are", async () => {
    await using successor = await PeerServer.start();
    const [agent, gateway] = await connection();
    proxy.retarget(successor.endpoint);
    const other = dial();
    other.say("new");
    await (await successor.peer(0)).hears("new");
    agent.say("old");
    await gateway.hears("old");
  });

  it("hangUp ends open connections by FIN on both sides", async () => {
    const [agent, gateway] = await connection();
    proxy.hangUp();
    expect([await agent.end, await gateway.end]).to.deep.equal(["FIN", "FIN"]);
  });

  it("reset breaks open connections by RST on both sides", async () => {
    const [agent, gateway] = await connection();
    proxy.reset();
    expect([await agent.end, await gateway.end]).to.deep.equal(["RST", "RST"]);
  });

  describe("blackHole", () => {
    it("loses what both sides say, and restore breaks what has lost something", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole();
      agent.say("lost");
      gateway.say("also lost");
      await counts(({ swallowed }) => swallowed === "lostalso lost".length);
      await proxy.restore();
      expect([await agent.end, await gateway.end]).to.deep.equal(["RST", "RST"]);
      expect([agent.heard, gateway.heard]).to.deep.equal(["", ""]);
    });

    it("loses what goes to the gateway only", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole("toGateway");
      agent.say("lost");
      await counts(({ swallowed }) => swallowed === 4);
      gateway.say("heard");
      await agent.hears("heard");
      expect(gateway.heard).to.equal("");
    });

    it("loses what goes to the agent only", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole("toAgent");
      gateway.say("lost");
      await counts(({ swallowed }) => swallowed === 4);
      agent.say("heard");
      await gateway.hears("heard");
      expect(agent.heard).to.equal("");
    });

    it("loses an end too", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole("toGateway");
      agent.socket.end();
      await counts(({ open }) => open === 0);
      gateway.say("still here");
      await agent.hears("still here");
      expect(gateway.socket.readableEnded).to.equal(false);
      await proxy.restore();
      expect(await gateway.end).to.equal("RST");
    });

    it("loses a reset too", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole("toGateway");
      agent.socket.resetAndDestroy();
      await counts(({ open }) => open === 0);
      // By the time that a later connection is there, a reset would be too.
      await connection();
      expect(gateway.socket.destroyed).to.equal(false);
      await proxy.restore();
      expect(await gateway.end).to.equal("RST");
    });

    it("holds one way for new connections too", async () => {
      proxy.blackHole("toGateway");
      const [agent, gateway] = await connection();
      agent.say("lost");
      await counts(({ swallowed }) => swallowed === 4);
      gateway.say("heard");
      await agent.hears("heard");
    });

    it("takes new connections in and swallows what they say", async () => {
      proxy.blackHole();
      const agent = dial();
      agent.say("lost");
      await counts(({ swallowed, accepted }) => swallowed === 4 && accepted === 1);
      await proxy.restore();
      expect(await agent.end).to.equal("RST");
      expect(server.peers).to.deep.equal([]);
    });

    it("leaves alone what has lost nothing", async () => {
      const [agent, gateway] = await connection();
      proxy.blackHole();
      await proxy.restore();
      agent.say("heard");
      await gateway.hears("heard");
    });

    it("reads on from who was told to wait, and never stops a sender", async () => {
      const [agent, gateway] = await connection();
      gateway.socket.pause();
      const chunk = Buffer.alloc(2 ** 20);
      let written: Promise<unknown>;
      do {
        written = new Promise((resolve) => agent.socket.write(chunk, resolve));
        // Nobody tells that nothing goes on any more, and TCP itself may pause for 200 ms when a window has closed.
      } while ((await Promise.race([written, sleep(800, "stuck")])) !== "stuck");
      proxy.blackHole();
      await written;
    });
  });

  describe("slow", () => {
    it("delays what either side says, in its order, the end included", async () => {
      const [agent, gateway] = await connection();
      proxy.slow({ delayMs: 60 });
      const startedMs = performance.now();
      agent.say("one ");
      agent.socket.end("two");
      await gateway.hears("one two");
      gateway.socket.end("three");
      await agent.hears("three");
      expect(await agent.end).to.equal("FIN");
      expect(performance.now() - startedMs).to.be.within(118, 1_000);
    });

    it("limits the rate", async () => {
      const [agent, gateway] = await connection();
      proxy.slow({ bytesPerSecond: 10_000 });
      const startedMs = performance.now();
      agent.say("x".repeat(2_000));
      await once(gateway.socket, "data");
      expect(performance.now() - startedMs).to.be.within(15, 150);
      expect(gateway.heard.length).to.be.lessThan(1_500);
      await gateway.hears("x".repeat(2_000));
      expect(performance.now() - startedMs).to.be.within(195, 1_000);
    });

    it("holds for new connections, and lets a sender wait", async () => {
      proxy.slow({ bytesPerSecond: 50 });
      const [agent, gateway] = await connection();
      agent.socket.write(Buffer.alloc(64 * 2 ** 20));
      await once(gateway.socket, "data");
      expect(gateway.heard.length).to.be.lessThan(1_500);
      expect(agent.socket.writableLength).to.be.greaterThan(0);
    });

    it("ends with restore, which delivers what is on its way", async () => {
      const [agent, gateway] = await connection();
      proxy.slow({ delayMs: 3_600_000 });
      agent.socket.end("late");
      await counts(({ open }) => open === 0);
      await proxy.restore();
      await gateway.hears("late");
      expect(await gateway.end).to.equal("FIN");
    });

    it("loses what is on its way when a black hole opens", async () => {
      proxy.slow({ delayMs: 3_600_000, bytesPerSecond: 1_000_000 });
      const [agent, gateway] = await connection();
      agent.say("lost");
      // What the agent said before it ended is on its way when the proxy has seen the end.
      agent.socket.end();
      await counts(({ open }) => open === 0);
      proxy.blackHole("toGateway");
      await counts(({ swallowed }) => swallowed === 4);
      await proxy.restore();
      expect(await gateway.end).to.equal("RST");
      expect(gateway.heard).to.equal("");
    });
  });

  describe("stall", () => {
    it("accepts so many connections, never answers, and tells the gateway nothing", async () => {
      proxy.stall(2);
      const stalled = [dial(), dial()];
      for (const each of stalled) each.say("anybody?");
      await counts(({ swallowed }) => swallowed === 16);
      const [agent, gateway] = await connection();
      gateway.say("here");
      await agent.hears("here");
      expect(server.peers).to.have.length(1);
      expect(stalled.map(({ heard, socket }) => [heard, socket.readableEnded])).to.deep.equal([
        ["", false],
        ["", false],
      ]);
      await proxy.restore();
      for (const each of stalled) expect(await each.end).to.equal("RST");
    });

    it("comes before the SETTINGS of HTTP/2, and goes on until restore", async () => {
      await using gateway = await DevGateway.start();
      proxy.retarget(gateway);
      proxy.stall();
      using stream = new RawStream(proxy);
      await counts(({ swallowed }) => swallowed > 0);
      await proxy.restore();
      expect((await stream.ended).code).to.equal("UNAVAILABLE");
      using again = await new RawStream(proxy).subscribed();
      expect(again.messages).to.deep.equal([]);
    });
  });

  describe("refuse", () => {
    it("breaks so many connections at once", async () => {
      proxy.refuse(2);
      expect([await dial().end, await dial().end]).to.deep.equal(["RST", "RST"]);
      await connection();
      expect(server.peers).to.have.length(1);
    });

    it("goes on until restore", async () => {
      proxy.refuse();
      for (let times = 0; times < 5; times++) expect(await dial().end).to.equal("RST");
      await proxy.restore();
      await connection();
    });
  });

  describe("stopListening", () => {
    it("lets the machine refuse new connections and leaves open ones, until listen", async () => {
      const [agent, gateway] = await connection();
      const { endpoint } = proxy;
      proxy.stopListening();
      expect(await dial().end).to.equal("refused");
      agent.say("still here");
      await gateway.hears("still here");
      await proxy.listen();
      await proxy.listen();
      expect(proxy.endpoint).to.equal(endpoint);
      await connection();
    });

    it("ends with restore", async () => {
      proxy.stopListening();
      await proxy.restore();
      await connection();
    });

    it("has its port back as soon as somebody who was given it meanwhile lets it go", async () => {
      proxy.stopListening();
      const other = await FaultProxy.start(server, { port: proxy.port });
      // Nobody tells that it was tried in vain.
      const gone = sleep(100).then(() => other.close());
      await Promise.all([proxy.listen(), proxy.listen(), gone]);
      await connection();
      expect(proxy.accepted).to.equal(1);
    });

    it("rejects where they keep it, naming the port, and may be told to listen once more", async () => {
      proxy.stopListening();
      const other = await FaultProxy.start(server, { port: proxy.port });
      for (const again of [() => proxy.listen(), () => proxy.restore(), () => proxy.flap(1)]) {
        expect((await rejectionOf(again(), Error)).message)
          .to.contain(`port ${proxy.port} `)
          .and.contain("EADDRINUSE");
      }
      await other.close();
      await proxy.listen();
      await connection();
    });

    it("asks for it no more once it is to stop", async () => {
      proxy.stopListening();
      const other = await FaultProxy.start(server, { port: proxy.port });
      const listening = proxy.listen();
      await sleep(100);
      proxy.stopListening();
      expect(await Promise.race([listening, sleep(500, "is still asking")])).to.equal(undefined);
      await other.close();
      expect(await dial().end).to.equal("refused");
    });

    it("rejects at once where it has never had the port", async () => {
      const error = await rejectionOf(FaultProxy.start(server, { port: proxy.port }), Error);
      expect(error).to.have.property("code", "EADDRINUSE");
    });

    it("holds also where listen has not come to its end yet", async () => {
      proxy.stopListening();
      const listening = proxy.listen();
      proxy.stopListening();
      await listening;
      expect(await dial().end).to.equal("refused");
    });
  });

  describe("flap", () => {
    it("resets every connection and refuses new ones so many times, and is up in the end", async () => {
      const [agent, gateway] = await connection();
      const flapped = proxy.flap(3, 40);
      expect(await dial().end).to.equal("refused");
      expect([await agent.end, await gateway.end]).to.deep.equal(["RST", "RST"]);
      await flapped;
      await connection();
    });

    it("ends with restore, and with close", async () => {
      const restored = proxy.flap(Infinity, 10);
      await proxy.restore();
      await restored;
      const [agent, gateway] = await connection();
      agent.say("up");
      await gateway.hears("up");
      const closed = proxy.flap(Infinity, 10);
      await proxy.close();
      await closed;
      expect(await dial().end).to.equal("refused");
    });
  });

  describe("on HTTP/2", () => {
    let gateway: DevGateway;

    beforeEach(async () => {
      gateway = await DevGateway.start();
      proxy.retarget(gateway);
    });

    afterEach(() => gateway.close());

    it("goAway tells the agent with any code, and its streams go on", async () => {
      const session = connectHttp2(`http://${proxy.endpoint}`).on("error", () => undefined);
      try {
        await once(session, "remoteSettings");
        const told = once(session, "goaway");
        proxy.goAway(11);
        expect((await told).slice(0, 2)).to.deep.equal([11, 2 ** 31 - 1]);
      } finally {
        session.destroy();
      }
      using stream = await new RawStream(proxy).subscribed();
      proxy.goAway();
      gateway.pause("after");
      expect(await stream.received(1)).to.deep.equal(["after"]);
    });

    it("resetStreams ends every open stream with the code, at both ends, and leaves the connection", async () => {
      using stream = await new RawStream(proxy).subscribed();
      proxy.resetStreams(11);
      const { code, details } = await stream.ended;
      expect([code, details]).to.deep.equal(["RESOURCE_EXHAUSTED", "Bandwidth exhausted or memory limit exceeded"]);
      await subscribed(gateway, 0);
      expect([proxy.accepted, proxy.open]).to.deep.equal([1, 1]);
      proxy.resetStreams(11);
    });

    it("resetStreams ends one that has no headers yet", async () => {
      gateway.withholdHeaders();
      using stream = new RawStream(proxy);
      await firstValueFrom(gateway.withheld$.pipe(filter(({ length }) => length === 1)));
      proxy.resetStreams(7);
      expect((await stream.ended).code).to.equal("UNAVAILABLE");
    });

    it("puts a frame in between two, however the bytes come", async () => {
      proxy.slow({ bytesPerSecond: 3_000 });
      using stream = await new RawStream(proxy).subscribed();
      for (let count = 0; count < 20; count++) {
        gateway.pause(`op ${count} ${"x".repeat(count)}`);
        proxy.inject(UNKNOWN_FRAME);
      }
      expect(await stream.received(20)).to.have.length(20);
      proxy.goAway();
      gateway.endStreams();
      expect((await stream.ended).code).to.equal("OK");
    });

    it("inject sends anything, which may break the connection", async () => {
      using stream = await new RawStream(proxy).subscribed();
      proxy.inject(WRONG_FRAME);
      await subscribed(gateway, 0);
      expect(stream.messages).to.deep.equal([]);
    });

    it("injects nothing where a black hole is, nor where nobody is left", async () => {
      using stream = await new RawStream(proxy).subscribed();
      proxy.blackHole();
      proxy.resetStreams(8);
      await proxy.restore();
      gateway.pause("op");
      expect(await stream.received(1)).to.deep.equal(["op"]);
    });
  });

  describe("inject", () => {
    const DATA = "\0\0\x05\0\0\0\0\0\x01hello";

    it("waits for the end of a frame, its header included", async () => {
      for (let at = 1; at < DATA.length; at++) {
        const [agent, gateway] = await connection();
        gateway.say(DATA.slice(0, at));
        await agent.hears(DATA.slice(0, at));
        proxy.inject(Buffer.from("<here>"));
        gateway.say(`${DATA.slice(at)}${DATA}`);
        await agent.hears(`${DATA}<here>${DATA}`);
        proxy.hangUp();
      }
    });

    it("waits for the end of a header block", async () => {
      const [agent, gateway] = await connection();
      const [begun, ended] = ["\0\0\x01\x01\0\0\0\0\x01a", "\0\0\x01\x09\x04\0\0\0\x01b"];
      gateway.say(begun);
      await agent.hears(begun);
      proxy.inject(Buffer.from("<here>"));
      gateway.say(ended);
      await agent.hears(`${begun}${ended}<here>`);
    });
  });

  describe("close", () => {
    it("leaves nothing open, whatever the fault, and may be called twice", async () => {
      await connection();
      proxy.stall(1);
      const stalled = dial();
      await counts(({ accepted }) => accepted === 2);
      proxy.blackHole();
      proxy.slow({ delayMs: 3_600_000 });
      await proxy.close();
      await proxy.close();
      expect(await stalled.end).to.equal("FIN");
      expect(await dial().end).to.equal("refused");
    });

    it("lets the process exit by itself", async () => {
      const script = `
        import { connect } from "node:net";
        import { FaultProxy } from "./lib/testing/index.ts";
        const proxy = await FaultProxy.start("127.0.0.1:1");
        proxy.stall();
        proxy.slow({ delayMs: 3_600_000 });
        const agent = connect(proxy.port, "127.0.0.1");
        void proxy.flap(2, 3_600_000);
        await proxy.close();
        agent.on("error", () => undefined).resume();
        console.log("closed");
      `;
      await using run = new Run([...NODE, "--input-type=module", "--eval", script]);
      expect(await run.exitCode()).to.equal(0);
      expect(run.stdout).to.equal("closed\n");
    }).timeout(30_000);
  });

  function dial(): Peer {
    const agent = Peer.dial(proxy);
    agents.push(agent);
    return agent;
  }

  /** A new connection, as its agent and as its gateway have it. */
  async function connection(): Promise<[Peer, Peer]> {
    const before = server.peers.length;
    const agent = dial();
    return [agent, await server.peer(before)];
  }

  function counts(predicate: (counts: ProxyCounts) => boolean): Promise<ProxyCounts> {
    return firstValueFrom(proxy.counts$.pipe(filter(predicate)));
  }
});
