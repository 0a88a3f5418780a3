import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { Observable } from "rxjs";
import { OpControlMessage as WireMessage } from "../../codegen/gen/policy.js";
import { AGENT_ID_PREFIX, FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { bind, type Bound } from "./bind.js";
import type { DevGatewayOptions } from "./DevGatewayOptions.js";
import { GatewayStreams } from "./GatewayStreams.js";
import { type GatewayCall, opControlService } from "./opControlService.js";
import type { RawSignal } from "./RawSignal.js";
import { refusalOf } from "./refusalOf.js";
import type { StreamEnd } from "./StreamEnd.js";

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
  /** Where it listens, as `host:port`, or the `unix:` address that it was given. */
  readonly endpoint: string;
  /** 0 at a `unix:` address. */
  readonly port: number;
  readonly #server: Server;
  readonly #streams: GatewayStreams;
  #sequence = 0n;

  private constructor(server: Server, { endpoint, port }: Bound, streams: GatewayStreams) {
    this.#server = server;
    this.#streams = streams;
    this.endpoint = endpoint;
    this.port = port;
  }

  /** Starts listening. */
  static async start({
    tokens,
    publisher = true,
    credentials = ServerCredentials.createInsecure(),
    ...where
  }: DevGatewayOptions = {}): Promise<DevGateway> {
    const server = new Server();
    const streams = new GatewayStreams((agent, metadata) => refusalOf(agent, metadata, { tokens, publisher }));
    server.addService(opControlService, {
      opControlStream: (call: GatewayCall) => {
        streams.take(call);
      },
    });
    return new DevGateway(server, await bind(server, where, credentials), streams);
  }

  /** The agents that are subscribed now, one entry a stream. */
  get subscribers(): readonly AgentIdentity[] {
    return this.#streams.agents;
  }

  /** The same as a stream: the subscribed agents now, and whenever one comes or goes. */
  get subscribers$(): Observable<readonly AgentIdentity[]> {
    return this.#streams.agents$;
  }

  /** The agents that wait for their headers, now and whenever one comes or goes; see `withholdHeaders`. */
  get withheld$(): Observable<readonly AgentIdentity[]> {
    return this.#streams.withheld$;
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
    this.#streams.send(WireMessage.fromPartial({ ...message, sequence }), agent);
  }

  /** Sends these bytes as a message of its own, be it one or not. */
  sendBytes(bytes: Uint8Array, agent?: AgentIdentity): void {
    this.#streams.send(bytes, agent);
  }

  /** Refuses the next subscribers, so many of them, whoever they are. */
  refuseNext(times: number, end: StreamEnd): void {
    this.#streams.refuseNext(times, end);
  }

  /** Takes the next subscribers in, so many of them, and keeps their headers back: nothing ever comes, not even signals. */
  withholdHeaders(times = Infinity): void {
    this.#streams.withholdNext(times);
  }

  /** Sends the headers that were kept back, and keeps back no more: who waited for them is subscribed from now on. */
  sendHeaders(): void {
    this.#streams.sendHeaders();
  }

  /** Ends every stream after what was sent before, in order or with the status that is given, and goes on listening. */
  endStreams(end?: StreamEnd): void {
    this.#streams.end(end);
  }

  /** Dies: cuts every connection at once and frees the port, so that another can start there. */
  kill(): void {
    this.#server.forceShutdown();
  }

  /**
   * Makes way for a successor, as in a rolling restart: listens no more, frees the port at once and sends GOAWAY on every
   * connection. Streams that are open go on until their agents leave or `graceMs` have passed, when they are cut;
   * resolves then.
   */
  drain(graceMs = Infinity): Promise<void> {
    return new Promise((resolve) => {
      const cut = (): void => {
        this.kill();
        resolve();
      };
      const impatience = graceMs === Infinity ? undefined : setTimeout(cut, graceMs);
      this.#server.tryShutdown(() => {
        clearTimeout(impatience);
        resolve();
      });
    });
  }

  /** Ends every stream in order and stops listening. */
  close(): Promise<void> {
    this.sendHeaders();
    this.endStreams();
    return this.drain(SHUTDOWN_GRACE_MS);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
