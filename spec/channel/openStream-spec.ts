import { Client, ChannelCredentials, type ClientReadableStream, Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { EventEmitter } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { config, firstValueFrom, lastValueFrom, map, Subject, take, tap, throwError, toArray } from "rxjs";
import { OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import { openStream } from "../../lib/channel/openStream.js";
import type { StreamEvent } from "../../lib/channel/StreamAttempt.js";
import { accept, cancelled, HandMadeGateway, refuse } from "../helpers/gateways.js";
import { record, rejectionOf } from "../helpers/record.js";

describe("openStream", () => {
  const clients: Client[] = [];

  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });

  it("is live when the server accepts, then every message in order, and completes when the server ends", async () => {
    await using server = await HandMadeGateway.start((call) => {
      accept(call);
      for (const text of ["a", "b", "c"]) call.write(Buffer.from(text));
      call.end();
    });
    expect(await lastValueFrom(openStream(opener(server)).pipe(map(seen), toArray()))).to.deep.equal([
      "live",
      "a",
      "b",
      "c",
    ]);
  });

  it("is live as soon as the server accepts, long before the first message", async () => {
    await using server = await HandMadeGateway.start();
    const { type } = await firstValueFrom(openStream(opener(server)));
    expect(type).to.equal("live");
  });

  it("opens no call before it is subscribed, and one for each subscription", async () => {
    await using server = await HandMadeGateway.start((call) => {
      accept(call);
      call.end();
    });
    let opened = 0;
    const open = opener(server);
    const stream$ = openStream(() => {
      opened++;
      return open();
    });
    expect(opened).to.equal(0);
    await lastValueFrom(stream$);
    await lastValueFrom(stream$);
    expect(opened).to.equal(2);
    expect(server.calls).to.have.lengthOf(2);
  });

  it("is never live for a call that is refused, and errors with the ServiceError, made safe to show", async () => {
    await using server = await HandMadeGateway.start(refuse(status.PERMISSION_DENIED, "not\nyours"));
    const events: string[] = [];
    const stream$ = openStream(opener(server)).pipe(tap((event) => events.push(event.type)));
    const error = await rejectionOf(lastValueFrom(stream$), Error);
    expect(error).to.include({ code: status.PERMISSION_DENIED, details: "not\\u000ayours" });
    expect(events).to.deep.equal([]);
  });

  it("says in its error no secret that it was told of", async () => {
    await using server = await HandMadeGateway.start(refuse(status.UNAUTHENTICATED, "s3cret is no token"));
    const error = await rejectionOf(lastValueFrom(openStream(opener(server), { secret: "s3cret" })), Error);
    expect(error.message).to.equal("16 UNAUTHENTICATED: [credential token] is no token");
  });

  it("errors, and does not complete, when the server dies", async () => {
    await using server = await HandMadeGateway.start();
    const ending = outcome(server);
    await server.firstCall();
    server.die();
    const { end } = await ending;
    expect(end).to.be.instanceOf(Error).with.property("code").that.is.a("number");
  });

  it("loses none of the messages that a failure follows", async () => {
    const texts = Array.from({ length: 200 }, (_, index) => `message ${index}`);
    await using server = await HandMadeGateway.start((call) => {
      accept(call);
      for (const text of texts) call.write(Buffer.from(text));
      refuse(status.UNAVAILABLE)(call);
    });
    const { values, end } = await outcome(server);
    expect(values).to.deep.equal(["live", ...texts]);
    expect(end).to.include({ code: status.UNAVAILABLE });
  });

  it("passes on no message that comes before it is live", () => {
    const call = Object.assign(new EventEmitter(), { cancel: () => undefined });
    const { values } = record(openStream(() => call as unknown as ClientReadableStream<Buffer>));
    call.emit("data", Buffer.from("early"));
    expect(values).to.deep.equal([]);
  });

  it("errors with what it listens to while it is live, and cancels the call", async () => {
    await using server = await HandMadeGateway.start();
    const error = new Error("no longer");
    const whileLive$ = throwError(() => error);
    expect(await rejectionOf(lastValueFrom(openStream(opener(server), { whileLive$ })), Error)).to.equal(error);
    await cancelled(await server.firstCall());
  });

  it("says that it is live before it tells so, and has each thing told that there is, and nothing else", () => {
    const live = new Metadata();
    live.set("content-type", "application/grpc");
    for (const [end, act, told] of [
      ["end", undefined, "completed"],
      ["error", Object.assign(new Error("gone"), { code: status.UNAVAILABLE }), "14 UNAVAILABLE: gone"],
      ["whileLive$", undefined, "no longer"],
    ] as const) {
      const steps: string[] = [];
      const call = Object.assign(new EventEmitter(), { cancel: () => undefined });
      const whileLive$ = new Subject<StreamEvent>();
      openStream(() => call as unknown as ClientReadableStream<Buffer>, {
        whileLive$,
        onLive: () => steps.push("onLive"),
        tell: (tell) => {
          steps.push("(");
          tell();
          steps.push(")");
        },
      }).subscribe({
        next: (event) => steps.push(seen(event)),
        error: (error: unknown) => steps.push((error as Error).message),
        complete: () => steps.push("completed"),
      });
      expect(whileLive$.observed).to.be.false;
      call.emit("metadata", live);
      call.emit("data", Buffer.from("a"));
      whileLive$.next({ type: "draining" });
      if (end === "whileLive$") whileLive$.error(new Error("no longer"));
      else call.emit(end, act);
      expect(steps.join(" ")).to.equal(`onLive ( live ) ( a ) ( draining ) ( ${told} )`);
      expect(whileLive$.observed).to.be.false;
    }
  });

  describe("on unsubscription", () => {
    it("cancels the call, which the server sees", async () => {
      await using server = await HandMadeGateway.start();
      const { subscription } = record(openStream(opener(server)));
      const call = await server.firstCall();
      subscription.unsubscribe();
      await cancelled(call);
    });

    it("cancels a call that the server has not answered", async () => {
      await using server = await HandMadeGateway.start(() => undefined);
      const { subscription, values } = record(openStream(opener(server)));
      const call = await server.firstCall();
      subscription.unsubscribe();
      await cancelled(call);
      expect(values).to.deep.equal([]);
    });

    it("emits none of the messages that were received already, and keeps its own CANCELLED to itself", async () => {
      await using server = await HandMadeGateway.start((call) => {
        accept(call);
        for (let index = 0; index < 100; index++) call.write(Buffer.from(String(index)));
      });
      const open = opener(server);
      let call: ClientReadableStream<Buffer> | undefined;
      const events: string[] = [];
      const { subscription } = record(
        openStream(() => (call = open())).pipe(
          map(seen),
          tap((event) => {
            events.push(event);
            if (event === "1") subscription.unsubscribe();
          }),
        ),
      );
      await new Promise((resolve) => call?.once("close", resolve));
      await turn();
      expect(events).to.deep.equal(["live", "0", "1"]);
    });

    it("keeps a failure that comes later to itself, though nobody listens any more", async () => {
      await using server = await HandMadeGateway.start();
      const open = opener(server);
      let call: ClientReadableStream<Buffer> | undefined;
      await firstValueFrom(openStream(() => (call = open())).pipe(take(1)));
      expect(() => call?.emit("error", Object.assign(new Error("late"), { code: status.INTERNAL }))).to.not.throw();
      expect(() => call?.emit("data", Buffer.from("late"))).to.not.throw();
    });
  });

  it("goes on when a subscriber throws: a throw within grpc-js would stop the messages for good", async () => {
    const { onUnhandledError } = config;
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    try {
      await using server = await HandMadeGateway.start((call) => {
        accept(call);
        for (const text of ["a", "b", "c"]) call.write(Buffer.from(text));
        call.end();
      });
      const events: string[] = [];
      await new Promise<void>((resolve) => {
        openStream(opener(server))
          .pipe(map(seen))
          .subscribe({
            next: (event) => {
              events.push(event);
              throw new Error(`on ${event}`);
            },
            complete: resolve,
          });
      });
      expect(events).to.deep.equal(["live", "a", "b", "c"]);
      while (thrown.length < events.length) await turn();
    } finally {
      config.onUnhandledError = onUnhandledError;
    }
  });

  it("errors when the call cannot even be opened", () => {
    const error = new Error("no call");
    const { end } = record(
      openStream(() => {
        throw error;
      }),
    );
    expect(end).to.equal(error);
  });

  /** Opens a call that reads bytes as they come. */
  function opener({ endpoint }: HandMadeGateway): () => ClientReadableStream<Buffer> {
    const client = new Client(endpoint, ChannelCredentials.createInsecure());
    clients.push(client);
    const { path, requestSerialize } = PolicyServiceService.opControlStream;
    const request = OpControlSubscribeRequest.fromPartial({ agentId: { agentId: "agent-7" } });
    return () => client.makeServerStreamRequest(path, requestSerialize, (bytes) => bytes, request);
  }

  async function outcome(server: HandMadeGateway): Promise<{ values: string[]; end: unknown }> {
    const recording = record(openStream(opener(server)).pipe(map(seen)));
    await new Promise((resolve) => recording.subscription.add(() => resolve(undefined)));
    return { values: recording.values, end: recording.end };
  }
});

function seen(event: StreamEvent): string {
  return event.type === "message" ? String(event.message) : event.type;
}
