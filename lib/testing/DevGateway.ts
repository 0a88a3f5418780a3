import { Metadata, Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { BehaviorSubject, map, type Observable } from "rxjs";
import {
  OpControlMessage as WireMessage,
  type OpControlSubscribeRequest,
  PolicyServiceService,
} from "../../codegen/gen/policy.js";
import { AGENT_ID_PREFIX, FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { isSameAgent, refusalOf } from "./refusalOf.js";

type Call = ServerWritableStream<OpControlSubscribeRequest, WireMessage>;

/** One agent's open stream. */
interface Subscription {
  readonly agent: AgentIdentity;
  readonly call: Call;
}

/** How a {@link DevGateway} is set up. */
export interface DevGatewayOptions {
  /** Where it listens; `127.0.0.1` by default. */
  readonly host?: string;
  /** The port; by default one that is free. */
  readonly port?: number;
  /** The credential tokens that are valid, each with the agent it was issued to. Without this none is asked for. */
  readonly tokens?: Readonly<Record<string, AgentIdentity>>;
  /** `false` for a gateway that has nothing to broadcast with and refuses subscribers with UNAVAILABLE. */
  readonly publisher?: boolean;
  /** How the server proves itself; plaintext by default. */
  readonly credentials?: ServerCredentials;
}

/** What goes over the wire, well-formed or not. */
export interface RawSignal {
  readonly opId?: string;
  /** The number of the wire's enum: 1, 2 and 3 are PAUSE, RESUME and TERMINATE. */
  readonly signal?: number;
  /** By default the gateway's own next one. */
  readonly sequence?: bigint;
}

const wireNumbers: Readonly<Record<OpControlSignal, number>> = { PAUSE: 1, RESUME: 2, TERMINATE: 3 };

const SHUTDOWN_GRACE_MS = 500;

/**
 * A governance gateway for development and tests: a real gRPC server that checks its subscribers in the gateway's order
 * and broadcasts signals without replay.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber } from "rx-op-control";
 * import { DevGateway } from "rx-op-control/testing";
 *
 * const gateway = await DevGateway.start();
 * const control = OpControlSubscriber.connect(gateway.endpoint, { agentId: "agent-7" });
 * await control.ready();
 *
 * control.status("trace:span").subscribe(({ state }) => console.log(state)); // running, then paused
 * gateway.pause("trace:span");
 * ```
 */
export class DevGateway implements AsyncDisposable {
  /** Where it listens, as `host:port`. */
  readonly endpoint: string;
  readonly port: number;
  readonly #server: Server;
  readonly #subscriptions$: BehaviorSubject<readonly Subscription[]>;
  #sequence = 0n;

  private constructor(
    server: Server,
    host: string,
    port: number,
    subscriptions$: BehaviorSubject<readonly Subscription[]>,
  ) {
    this.#server = server;
    this.#subscriptions$ = subscriptions$;
    this.port = port;
    this.endpoint = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
  }

  /** Starts listening. */
  static async start({
    host = "127.0.0.1",
    port = 0,
    tokens,
    publisher = true,
    credentials = ServerCredentials.createInsecure(),
  }: DevGatewayOptions = {}): Promise<DevGateway> {
    const subscriptions$ = new BehaviorSubject<readonly Subscription[]>([]);
    const server = new Server();
    // By the method's definition alone: a larger policy.proto has more methods, which answer UNIMPLEMENTED.
    server.addService(
      { opControlStream: PolicyServiceService.opControlStream },
      {
        opControlStream: (call: Call) => {
          const { agentId: agent } = call.request;
          const refusal = refusalOf(agent, call.metadata, { tokens, publisher });
          if (refusal || !agent) call.emit("error", refusal);
          else subscribe(subscriptions$, { agent, call });
        },
      },
    );
    const bound = await new Promise<number>((resolve, reject) => {
      const address = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
      server.bindAsync(address, credentials, (error, boundPort) => {
        if (error) reject(error);
        else resolve(boundPort);
      });
    });
    return new DevGateway(server, host, bound, subscriptions$);
  }

  /** The agents that are subscribed now, one entry a stream. */
  get subscribers(): readonly AgentIdentity[] {
    return this.#subscriptions$.value.map(({ agent }) => agent);
  }

  /** The same as a stream: the subscribed agents now, and whenever one comes or goes. */
  get subscribers$(): Observable<readonly AgentIdentity[]> {
    return this.#subscriptions$.pipe(map(() => this.subscribers));
  }

  /** Tells every subscriber, or one agent's only, to hold the op. */
  pause(opId: string, agent?: AgentIdentity): void {
    this.signal(opId, "PAUSE", agent);
  }

  /** Lifts the op's own pause. */
  resume(opId: string, agent?: AgentIdentity): void {
    this.signal(opId, "RESUME", agent);
  }

  /** Stops the op for good. */
  terminate(opId: string, agent?: AgentIdentity): void {
    this.signal(opId, "TERMINATE", agent);
  }

  /** Sends a signal to every op of one agent, whose whole identity counts. */
  haltAgent(agent: AgentIdentity, signal: OpControlSignal): void {
    this.signal(`${AGENT_ID_PREFIX}${agent.agentId}`, signal, agent);
  }

  /** Sends a signal to every op of every agent. */
  haltFleet(signal: OpControlSignal): void {
    this.signal(FLEET_ID, signal);
  }

  /** Sends a signal to an op by its id. */
  signal(opId: string, signal: OpControlSignal, agent?: AgentIdentity): void {
    this.send({ opId, signal: wireNumbers[signal] }, agent);
  }

  /** Sends anything that the wire can carry, sensible or not. */
  send({ sequence = this.#sequence++, ...message }: RawSignal, agent?: AgentIdentity): void {
    const wireMessage = WireMessage.fromPartial({ ...message, sequence });
    for (const subscription of this.#subscriptions$.value) {
      if (!agent || isSameAgent(subscription.agent, agent)) subscription.call.write(wireMessage);
    }
  }

  /** Ends every stream in order, as a gateway does that is done with its subscribers, and goes on listening. */
  endStreams(): void {
    for (const { call } of this.#subscriptions$.value) call.end();
  }

  /** Ends every stream in order and stops listening. */
  close(): Promise<void> {
    this.endStreams();
    return new Promise((resolve) => {
      const impatience = setTimeout(() => {
        this.#server.forceShutdown();
        resolve();
      }, SHUTDOWN_GRACE_MS);
      this.#server.tryShutdown(() => {
        clearTimeout(impatience);
        resolve();
      });
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function subscribe(subscriptions$: BehaviorSubject<readonly Subscription[]>, subscription: Subscription): void {
  const { call } = subscription;
  call.sendMetadata(new Metadata());
  const leave = (): void => {
    const left = subscriptions$.value.filter((other) => other !== subscription);
    if (left.length < subscriptions$.value.length) subscriptions$.next(left);
  };
  call.on("cancelled", leave);
  call.on("close", leave);
  call.on("finish", leave);
  subscriptions$.next([...subscriptions$.value, subscription]);
}
