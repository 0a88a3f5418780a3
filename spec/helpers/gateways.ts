import {
  Metadata,
  type MetadataValue,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type status,
} from "@grpc/grpc-js";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filter, firstValueFrom, map, ReplaySubject } from "rxjs";
import { OpControlMessage, type OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import type { ChannelState, ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { ConnectOptions } from "../../lib/options.js";
import type { DevGateway } from "../../lib/testing/DevGateway.js";
import "./endOfRun.js";

/** Our agent: the three parts together are who it is. */
export const US = { orgId: "acme", teamId: "payments", agentId: "agent-7" };

/** One subscriber's call, as its server sees it: what is written goes out byte by byte as it is. */
export type ServerCall = ServerWritableStream<OpControlSubscribeRequest, Uint8Array>;

/** A gateway that does with its subscribers whatever a spec wants, and sends whatever bytes. */
export class HandMadeGateway implements AsyncDisposable {
  readonly calls: ServerCall[] = [];
  readonly #calls$ = new ReplaySubject<ServerCall>(Infinity);

  private constructor(
    readonly server: Server,
    readonly endpoint: string,
  ) {}

  /** Starts listening; without an `onCall` it accepts, and with null it has never heard of the service. */
  static async start(
    onCall: ((call: ServerCall) => void) | null = accept,
    credentials = ServerCredentials.createInsecure(),
  ): Promise<HandMadeGateway> {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", credentials, (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    const gateway = new HandMadeGateway(server, `127.0.0.1:${port}`);
    if (onCall === null) return gateway;
    server.addService(
      {
        opControlStream: {
          ...PolicyServiceService.opControlStream,
          responseSerialize: (bytes: Uint8Array) => Buffer.from(bytes),
        },
      },
      {
        opControlStream: (call: ServerCall) => {
          gateway.calls.push(call);
          onCall(call);
          gateway.#calls$.next(call);
        },
      },
    );
    return gateway;
  }

  /** The first call there was, or the one that is still to come. */
  firstCall(): Promise<ServerCall> {
    return firstValueFrom(this.#calls$);
  }

  /** Dies: every connection is cut and the port is free. */
  die(): void {
    this.server.forceShutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.die();
    return Promise.resolve();
  }
}

/** Takes a subscriber in, as a gateway does. */
export function accept(call: ServerCall): void {
  call.sendMetadata(new Metadata());
}

/** Turns a subscriber away. */
export function refuse(code: status, details = "refused by the spec"): (call: ServerCall) => void {
  return (call) => call.emit("error", { code, details });
}

/** When a server has seen that its subscriber has gone. */
export async function cancelled(call: ServerCall): Promise<void> {
  if (!call.cancelled) await once(call, "cancelled");
}

/** A signal as it goes over the wire. */
export function wire(signal: { opId?: string; signal?: number; sequence?: bigint }): Uint8Array {
  return OpControlMessage.encode(OpControlMessage.fromPartial(signal)).finish();
}

/** What a server was sent under a header. */
export function headerOf(call: ServerCall, name: string): MetadataValue[] {
  return call.metadata.get(name);
}

/** Our agent, subscribed with one attempt. */
export function connectTo(
  { endpoint }: { readonly endpoint: string },
  options: Partial<ConnectOptions> = {},
): OpControlSubscriber {
  return OpControlSubscriber.connect(endpoint, { ...US, reconnect: false, ...options });
}

/** The status that the channel has when it comes to that state. */
export function channelIs(control: OpControlSubscriber, state: ChannelState): Promise<ChannelStatus> {
  return firstValueFrom(control.connection$.pipe(filter((status) => status.state === state)));
}

/** The first status of the channel that is not one of connecting. */
export function channelSettles(control: OpControlSubscriber): Promise<ChannelStatus> {
  return firstValueFrom(control.connection$.pipe(filter(({ state }) => state !== "connecting")));
}

let fences = 0;

/** When everything that the gateway has sent so far has been taken in: a stream keeps the order. */
export async function caughtUp(
  control: OpControlSubscriber,
  gateway: Pick<DevGateway, "send"> | ServerCall,
): Promise<void> {
  const opId = `fence:${++fences}`;
  const taken = firstValueFrom(control.signals$.pipe(filter((signal) => signal.opId === opId)));
  const fence = { opId, signal: 2, sequence: 0n };
  if ("send" in gateway) gateway.send(fence);
  else gateway.write(wire(fence));
  await taken;
}

/** When so many agents are subscribed. */
export async function subscribed(gateway: DevGateway, count: number): Promise<void> {
  await firstValueFrom(
    gateway.subscribers$.pipe(
      map(({ length }) => length),
      filter((length) => length === count),
    ),
  );
}

const tls = join(import.meta.dirname, "../fixtures/tls");

/** A key pair for tests only; its certificate is its own authority, and is good for 127.0.0.1 and localhost. */
export const testPair = {
  cert: readFileSync(join(tls, "test-only-cert.pem")),
  key: readFileSync(join(tls, "test-only-key.pem")),
};

/** How a server proves itself with that pair, and whether it asks the same of its clients. */
export function tlsServer({ mutual = false } = {}): ServerCredentials {
  const { cert, key } = testPair;
  return ServerCredentials.createSsl(cert, [{ cert_chain: cert, private_key: key }], mutual);
}
