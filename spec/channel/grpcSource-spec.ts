import { ChannelCredentials, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { filter, firstValueFrom, lastValueFrom, map, take, toArray } from "rxjs";
import { grpcSource, type GrpcSourceConfig } from "../../lib/channel/grpcSource.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { accept, HandMadeGateway, refuse, US, wire } from "../helpers/gateways.js";
import { rejectionOf } from "../helpers/record.js";

const reconnect = { initialDelayMs: 5, maxDelayMs: 20 };

describe("grpcSource", () => {
  it("says connecting at once, before the token is asked for", () => {
    const order: string[] = [];
    const credentialToken = () => {
      order.push("token");
      return new Promise<string>(() => undefined);
    };
    for (const given of [reconnect, false] as const) {
      order.length = 0;
      sourceOn({ endpoint: "127.0.0.1:1" }, { credentialToken, reconnect: given })
        .subscribe((event) => order.push(String(seen(event))))
        .unsubscribe();
      expect(order[0]).to.equal("connecting");
    }
  });

  describe("where it reconnects", () => {
    it("opens a stream again when it has ended, and goes on with that", async () => {
      await using gateway = await HandMadeGateway.start((call) => {
        accept(call);
        call.write(wire({ opId: `call:${gateway.calls.length}`, signal: 1 }));
        call.end();
      });
      const told = await lastValueFrom(sourceOn(gateway).pipe(map(seen), filter(isLiveOrSignal), take(6), toArray()));
      expect(told).to.deep.equal(["live", "call:1", "live", "call:2", "live", "call:3"]);
    });

    it("errors when the gateway refuses us before it was ever live", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.INVALID_ARGUMENT, "no agent"));
      const error = await rejectionOf(lastValueFrom(sourceOn(gateway)), Error);
      expect(error).to.include({ code: status.INVALID_ARGUMENT });
      expect(gateway.calls).to.have.lengthOf(1);
    });

    it("asks for a fresh token before it takes UNAUTHENTICATED for final", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.UNAUTHENTICATED));
      let asked = 0;
      const source$ = sourceOn(gateway, { credentialToken: () => `token-${++asked}` });
      await rejectionOf(lastValueFrom(source$), Error);
      expect(gateway.calls.map(({ metadata }) => metadata.get("x-aa-credential-token")[0])).to.deep.equal([
        "token-1",
        "token-2",
      ]);
    });
  });

  describe("where it does not", () => {
    it("tells live and each message, and completes when the gateway ends the stream", async () => {
      await using gateway = await HandMadeGateway.start((call) => {
        accept(call);
        call.write(wire({ opId: "trace:span", signal: 1 }));
        call.end();
      });
      const told = await lastValueFrom(sourceOn(gateway, { reconnect: false }).pipe(map(seen), toArray()));
      expect(told).to.deep.equal(["connecting", "live", "trace:span"]);
    });

    it("errors with any fault, refusal or not", async () => {
      await using gateway = await HandMadeGateway.start(refuse(status.UNAVAILABLE));
      const error = await rejectionOf(lastValueFrom(sourceOn(gateway, { reconnect: false })), Error);
      expect(error).to.include({ code: status.UNAVAILABLE });
    });

    it("leaves a draining gateway as it is: there is no second attempt", async () => {
      await using gateway = await HandMadeGateway.start();
      const events: unknown[] = [];
      const ended = rejectionOf(
        sourceOn(gateway, { reconnect: false }).forEach((event) => events.push(seen(event))),
        Error,
      );
      await gateway.firstCall();
      gateway.server.drain(gateway.endpoint, 80);
      await ended;
      expect(events).to.deep.equal(["connecting", "live"]);
      expect(gateway.calls).to.have.lengthOf(1);
    });
  });

  it("is let go of as a whole", async () => {
    await using gateway = await HandMadeGateway.start();
    const live = firstValueFrom(sourceOn(gateway).pipe(filter((event) => seen(event) === "live")));
    const call = await gateway.firstCall();
    await live;
    if (!call.cancelled) await new Promise((resolve) => call.once("cancelled", resolve));
    expect(call.cancelled).to.be.true;
  });
});

function sourceOn({ endpoint }: { readonly endpoint: string }, overrides: Partial<GrpcSourceConfig> = {}) {
  return grpcSource({
    endpoint,
    channelCredentials: ChannelCredentials.createInsecure(),
    agent: US,
    credentialToken: undefined,
    connectTimeoutMs: 5_000,
    keepalive: { intervalMs: 30_000, timeoutMs: 10_000 },
    reconnect,
    ...overrides,
  });
}

function seen(event: ChannelEvent): unknown {
  if (event.type === "status") return event.status.state;
  return event.type === "message" ? (event.message as { readonly opId: string }).opId : event.diagnostic;
}

function isLiveOrSignal(told: unknown): boolean {
  return told === "live" || String(told).startsWith("call:");
}
