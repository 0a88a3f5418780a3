import { ChannelCredentials, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { createServer, type ServerHttp2Session } from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { filter, firstValueFrom, lastValueFrom, map, Subject, type Subscription, tap, toArray } from "rxjs";
import { type AttemptConfig, gatewayAttempt } from "../../lib/channel/gatewayAttempt.js";
import { CLIENT_BACKOFF_MS } from "../../lib/channel/openClient.js";
import type { StreamEvent } from "../../lib/channel/StreamAttempt.js";
import { accept, cancelled, HandMadeGateway, headerOf, refuse, US, wire } from "../helpers/gateways.js";
import { record, rejectionOf } from "../helpers/record.js";
import { Network, TcpServer } from "../helpers/sockets.js";

const TOKEN = "x-aa-credential-token";

describe("gatewayAttempt", () => {
  it("tells live, then each message as the wire had it, and completes when the gateway ends the stream", async () => {
    await using gateway = await HandMadeGateway.start((call) => {
      accept(call);
      call.write(wire({ opId: "trace:span", signal: 1, sequence: 7n }));
      call.write(wire({ opId: "", signal: 99, sequence: 2n ** 64n - 1n }));
      call.end();
    });
    const told = await lastValueFrom(attemptOn(gateway).pipe(map(seen), toArray()));
    expect(told).to.deep.equal([
      "live",
      { opId: "trace:span", signal: 1, sequence: 7n },
      { opId: "", signal: 99, sequence: 2n ** 64n - 1n },
    ]);
  });

  it("is cold: it asks for no token and opens no connection before it is subscribed", async () => {
    await using server = await TcpServer.start();
    let asked = 0;
    const attempt$ = attemptOn(server, { credentialToken: () => String(++asked) });
    await turn();
    expect(asked).to.equal(0);
    const { subscription } = record(attempt$);
    await server.firstConnection();
    expect(asked).to.equal(1);
    expect(server.sockets).to.have.lengthOf(1);
    subscription.unsubscribe();
  });

  it("sends the agent's whole identity, and no token where there is none", async () => {
    await using gateway = await HandMadeGateway.start();
    await live(gateway);
    const call = await gateway.firstCall();
    expect(call.request).to.deep.equal({ agentId: US });
    expect(headerOf(call, TOKEN)).to.deep.equal([]);
    expect(headerOf(call, "authorization")).to.deep.equal([]);
  });

  it("asks for a token anew on every subscription, and sends it", async () => {
    await using gateway = await HandMadeGateway.start((call) => {
      accept(call);
      call.end();
    });
    let asked = 0;
    const attempt$ = attemptOn(gateway, { credentialToken: () => Promise.resolve(`token-${++asked}`) });
    await lastValueFrom(attempt$);
    await lastValueFrom(attempt$);
    expect(gateway.calls.map((call) => headerOf(call, TOKEN))).to.deep.equal([["token-1"], ["token-2"]]);
  });

  it("is never live when it is refused, and errors with the ServiceError", async () => {
    await using gateway = await HandMadeGateway.start(refuse(status.PERMISSION_DENIED, "not yours"));
    const told: unknown[] = [];
    const error = await rejectionOf(
      attemptOn(gateway).forEach((event) => told.push(seen(event))),
      Error,
    );
    expect(error).to.include({ code: status.PERMISSION_DENIED, details: "not yours" });
    expect(told).to.deep.equal([]);
  });

  it("refuses a message beyond 64 KiB: whoever sends it is no gateway", async () => {
    await using gateway = await HandMadeGateway.start((call) => {
      accept(call);
      call.write(wire({ opId: "x".repeat(60_000), signal: 1 }));
      call.write(wire({ opId: "x".repeat(70_000), signal: 3 }));
    });
    const told: unknown[] = [];
    const error = await rejectionOf(
      attemptOn(gateway).forEach((event) => told.push(seen(event))),
      Error,
    );
    expect(error).to.include({ code: status.RESOURCE_EXHAUSTED });
    expect(told).to.have.lengthOf(2);
  });

  it("errors on bytes that are no protobuf, after what came before them, and is done with that connection", async () => {
    await using gateway = await HandMadeGateway.start((call) => {
      accept(call);
      call.write(wire({ opId: "trace:span", signal: 3 }));
      // A TERMINATE, behind a tag of 0.
      call.write(Buffer.concat([Buffer.from([0]), wire({ opId: "other:span", signal: 3 })]));
      call.write(wire({ opId: "other:span", signal: 3 }));
    });
    await using network = await Network.inFrontOf(gateway);
    const told: unknown[] = [];
    const error = await rejectionOf(
      attemptOn(network).forEach((event) => told.push(seen(event))),
      Error,
    );
    expect(error.message).to.match(/^13 INTERNAL: .*not protobuf/);
    expect(told).to.deep.equal(["live", { opId: "trace:span", signal: 3, sequence: 0n }]);
    await network.disconnected();
  });

  it("tells that the gateway drains, while the stream goes on", async () => {
    await using gateway = await HandMadeGateway.start();
    const told: unknown[] = [];
    const attempt$ = attemptOn(gateway).pipe(tap((event) => told.push(seen(event))));
    const drained = firstValueFrom(attempt$.pipe(filter(({ type }) => type === "draining")));
    const call = await gateway.firstCall();
    await turn();
    gateway.server.drain(gateway.endpoint, 5_000);
    await drained;
    await cancelled(call);
    expect(told).to.deep.equal(["live", "draining"]);
  });

  for (const [what, status, body] of [
    ["an error page", 404, "<html>not here</html>"],
    ["a captive portal's page", 200, "<html>please sign in</html>"],
    [
      "a page that reads like a signal",
      200,
      Buffer.concat([Buffer.from([0, 0, 0, 0, 5, 10, 1]), Buffer.from("x"), Buffer.from([16, 3])]),
    ],
  ] as const) {
    it(`is never live on ${what} of a web server, and takes no message from it`, async () => {
      const server = createServer();
      server.on("stream", (stream) => {
        stream.on("error", () => undefined);
        stream.respond({ ":status": status, "content-type": "text/html" });
        stream.end(body);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const told: unknown[] = [];
      await rejectionOf(
        attemptOn({ endpoint }).forEach((event) => told.push(seen(event))),
        Error,
      );
      server.close();
      expect(told).to.deep.equal([]);
    });
  }

  it("says that it is plaintext where a TCP connection comes to nothing, and of TLS where a handshake does", async () => {
    await using server = await TcpServer.start((socket) => socket.destroy());
    const plaintext = await rejectionOf(lastValueFrom(attemptOn(server)), Error);
    expect(plaintext.message).to.match(/\(this connection is plaintext: .*\)$/);
    const channelCredentials = ChannelCredentials.createSsl();
    const tls = await rejectionOf(lastValueFrom(attemptOn(server, { channelCredentials })), Error);
    expect(tls.message).to.match(/\(TLS: .*\)$/);
  });

  describe("within connectTimeoutMs", () => {
    const connectTimeoutMs = 60;

    it("gives up a gateway that never answers, and lets go of the call", async () => {
      await using gateway = await HandMadeGateway.start(() => undefined);
      const givenUp = rejectionOf(lastValueFrom(attemptOn(gateway, { connectTimeoutMs: 200 })), Error);
      const call = await gateway.firstCall();
      expect((await givenUp).message).to.equal("no answer from the gateway within connectTimeoutMs (200 ms)");
      await cancelled(call);
    });

    it("gives up a token that never comes, and opens no call when it comes after all", async () => {
      await using gateway = await HandMadeGateway.start();
      let give: (token: string) => void = () => undefined;
      const credentialToken = () => new Promise<string>((resolve) => (give = resolve));
      const attempt$ = attemptOn(gateway, { connectTimeoutMs, credentialToken });
      const error = await rejectionOf(lastValueFrom(attempt$), Error);
      expect(error.message).to.equal("no token from credentialToken within connectTimeoutMs (60 ms)");
      give("late");
      // Another one that goes all the way is the sign that the first would have arrived by now.
      await live(gateway);
      expect(gateway.calls.map((call) => headerOf(call, TOKEN))).to.deep.equal([[]]);
    });

    it("counts the token and the gateway's answer together", async () => {
      await using gateway = await HandMadeGateway.start(() => undefined);
      const began = performance.now();
      const credentialToken = () => sleep(300, "token");
      await rejectionOf(lastValueFrom(attemptOn(gateway, { connectTimeoutMs: 400, credentialToken })), Error);
      expect(performance.now() - began).to.be.within(390, 680);
      expect(gateway.calls).to.have.lengthOf(1);
    });

    it("has no say once the stream is live, however long it is silent", async () => {
      await using gateway = await HandMadeGateway.start();
      const recording = record(attemptOn(gateway, { connectTimeoutMs }));
      const call = await gateway.firstCall();
      await sleep(2 * connectTimeoutMs);
      expect(call.cancelled).to.be.false;
      expect(recording.end).to.equal(undefined);
      recording.subscription.unsubscribe();
    });
  });

  describe("on unsubscription", () => {
    it("cancels the call and closes the connection", async () => {
      await using gateway = await HandMadeGateway.start();
      await using network = await Network.inFrontOf(gateway);
      const { subscription } = record(attemptOn(network));
      const call = await gateway.firstCall();
      subscription.unsubscribe();
      await cancelled(call);
      await network.disconnected();
    });

    it("says that it is leaving before the connection ends", async () => {
      const server = createServer();
      const said: string[] = [];
      const over = once(server, "session").then(async ([session]) => {
        (session as ServerHttp2Session).on("goaway", () => said.push("goaway"));
        await once(session as ServerHttp2Session, "close");
      });
      server.on("stream", (stream) => {
        stream.on("error", () => undefined);
        stream.respond({ ":status": 200, "content-type": "application/grpc+proto" });
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const subscription = await subscribed({ endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}` });
      subscription.unsubscribe();
      await over;
      server.close();
      expect(said).to.include("goaway");
    });

    it("destroys the connection though the other end does not", async () => {
      await using gateway = await HandMadeGateway.start();
      await using network = await TcpServer.start((socket) => {
        socket.pipe(connect(Number(gateway.endpoint.split(":")[1]), "127.0.0.1")).pipe(socket);
      });
      const sockets: Socket[] = [];
      const note = (message: unknown) => sockets.push((message as { readonly socket: Socket }).socket);
      subscribe("net.client.socket", note);
      const subscription = await subscribed(network);
      unsubscribe("net.client.socket", note);
      const [ours] = sockets;
      // What it reads no further does not see that we have ended it.
      network.sockets[0]?.unpipe().pause();
      subscription.unsubscribe();
      if (!ours?.destroyed) await once(ours!, "close");
    });

    it("leaves no connection, nor makes it anew, in whichever step of its first turns it comes", async () => {
      await using server = await TcpServer.start((socket) => socket.resume());
      const made: Socket[] = [];
      const note = (message: unknown) => made.push((message as { readonly socket: Socket }).socket);
      subscribe("net.client.socket", note);
      for (const step of [
        () => Promise.resolve(),
        () => new Promise<void>((resolve) => process.nextTick(resolve)),
        () => turn(),
      ]) {
        for (let steps = 0; steps < 10; steps++) {
          const { subscription } = record(attemptOn(server));
          for (let done = 0; done < steps; done++) await step();
          subscription.unsubscribe();
        }
      }
      // A client would connect for the second and the third time by then, and keep the third connection.
      await sleep(3 * CLIENT_BACKOFF_MS);
      unsubscribe("net.client.socket", note);
      expect(made.length).to.be.within(15, 30);
      expect(made.filter(({ destroyed }) => !destroyed)).to.be.empty;
      expect(server.sockets.filter(({ destroyed }) => !destroyed)).to.be.empty;
    });

    it("opens no call for a token that comes later", async () => {
      await using gateway = await HandMadeGateway.start();
      let give: (token: string) => void = () => undefined;
      const credentialToken = () => new Promise<string>((resolve) => (give = resolve));
      const { subscription } = record(attemptOn(gateway, { credentialToken }));
      subscription.unsubscribe();
      give("late");
      await live(gateway);
      expect(gateway.calls.map((call) => headerOf(call, TOKEN))).to.deep.equal([[]]);
    });
  });

  /** Subscribes for as long as it takes to be live. */
  async function live(gateway: HandMadeGateway): Promise<void> {
    await firstValueFrom(attemptOn(gateway).pipe(filter((event) => seen(event) === "live")));
  }
});

/** Subscribes, and returns when it is live. */
async function subscribed(gateway: { readonly endpoint: string }): Promise<Subscription> {
  const event = new Subject<void>();
  const subscription = attemptOn(gateway).subscribe(() => event.next());
  await firstValueFrom(event);
  await turn();
  return subscription;
}

function attemptOn({ endpoint }: { readonly endpoint: string }, overrides: Partial<AttemptConfig> = {}) {
  return gatewayAttempt({
    endpoint,
    channelCredentials: ChannelCredentials.createInsecure(),
    agent: US,
    credentialToken: undefined,
    connectTimeoutMs: 5_000,
    keepalive: { intervalMs: 30_000, timeoutMs: 10_000 },
    ...overrides,
  });
}

function seen(event: StreamEvent): unknown {
  return event.type === "message" ? event.message : event.type;
}
