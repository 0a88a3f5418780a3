import { Server, ServerCredentials } from "@grpc/grpc-js";
import { EMPTY, firstValueFrom, map, merge, NEVER, type Observable, Subject, switchMap, timer } from "rxjs";
import { OpControlMessage as WireMessage } from "../../codegen/gen/policy.js";
import type { ChannelStatus } from "../channel/ChannelStatus.js";
import { check } from "../check.js";
import type { Diagnostic } from "../Diagnostic.js";
import { AssemblyError } from "../errors.js";
import { checkServers } from "../nats/checkServers.js";
import { AGENT_ID_PREFIX, FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { describeError } from "../printable.js";
import { bind, type Bound } from "./bind.js";
import type { BusLink } from "./bus/BusLink.js";
import type { DevGatewayOptions, RestOptions } from "./DevGatewayOptions.js";
import { GatewayStreams } from "./GatewayStreams.js";
import { type GatewayCall, opControlService } from "./opControlService.js";
import type { RawSignal } from "./RawSignal.js";
import { isSameAgent, refusalOf } from "./refusalOf.js";
import { OpRegistry } from "./rest/OpRegistry.js";
import type { PublishSignal } from "./rest/OpSignal.js";
import type { RestServer } from "./rest/RestServer.js";
import type { SentSignal } from "./SentSignal.js";
import type { StreamEnd } from "./StreamEnd.js";

const wireNumbers: Readonly<Record<OpControlSignal, number>> = { PAUSE: 1, RESUME: 2, TERMINATE: 3 };

const SHUTDOWN_GRACE_MS = 500;
/** What the last streams have said is on its way for less long. */
const IDLE_MS = 2_000;

/**
 * A governance gateway for development and tests: a real gRPC server that checks its subscribers in the gateway's order
 * and broadcasts signals without replay, the operator's REST API where `rest` asks for it, and a bridge to the bus where
 * `nats` names it.
 *
 * What its own methods send is sent as it is, to its own subscribers; `ops` keeps a record of what an operator does, as
 * the REST API has it. With a bus that is published there, and reaches the subscribers of every gateway on it from there.
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
  /** The ops that operators act on, by REST or here. */
  readonly ops: OpRegistry;
  readonly #server: Server;
  readonly #streams: GatewayStreams;
  readonly #sent$ = new Subject<SentSignal>();
  #bound: Bound = { endpoint: "", port: 0 };
  #rest: RestServer | undefined;
  #bus: BusLink | undefined;
  #sequence = 0n;

  private constructor(server: Server, streams: GatewayStreams, publisher: boolean) {
    this.#server = server;
    this.#streams = streams;
    const publish: PublishSignal = async (signal) => {
      if (this.#bus) await this.#bus.publish(signal);
      else this.signal(signal.opId, signal.signal, signal.agent);
    };
    this.ops = new OpRegistry({ publish: publisher ? publish : undefined });
  }

  /**
   * Starts listening; with a bus, when what that retains has passed (it is of no use to agents that come later), or when it
   * is found to be out of reach for now: see `bus$`. Rejects where the bus refuses it or has a stream that is not one for
   * signals.
   */
  static async start({
    tokens,
    publisher = true,
    credentials = ServerCredentials.createInsecure(),
    rest,
    nats,
    ...where
  }: DevGatewayOptions = {}): Promise<DevGateway> {
    // An empty one would let nobody in, or everybody.
    check(rest?.apiKey === undefined || /^[!-~]+$/.test(rest.apiKey), "rest.apiKey", "a line of ASCII without blanks");
    if (nats !== undefined) checkServers("nats", nats);
    const server = new Server();
    const streams = new GatewayStreams((agent, metadata) => refusalOf(agent, metadata, { tokens, publisher }));
    server.addService(opControlService, {
      opControlStream: (call: GatewayCall) => {
        streams.take(call);
      },
    });
    const gateway = new DevGateway(server, streams, publisher);
    try {
      if (nats !== undefined) await gateway.#join([nats].flat());
      // Before agents come, who register their ops there.
      if (rest) await gateway.#serve(rest);
      gateway.#bound = await bind(server, where, credentials);
    } catch (error) {
      gateway.kill();
      throw error;
    }
    return gateway;
  }

  /** Where it listens, as `host:port`, or the `unix:` address that it was given. */
  get endpoint(): string {
    return this.#bound.endpoint;
  }

  /** 0 at a `unix:` address. */
  get port(): number {
    return this.#bound.port;
  }

  /** The base URL of the REST API, where there is one. */
  get apiUrl(): string | undefined {
    return this.#rest?.url;
  }

  /** How the channel to the bus is doing, now and whenever that changes; completes at once where there is no bus. */
  get bus$(): Observable<ChannelStatus> {
    return this.#bus?.status$ ?? EMPTY;
  }

  /**
   * What came on the bus and is not relayed, for it fits no subject of its own, and what else there is to say of it;
   * completes at once where there is no bus.
   */
  get diagnostics$(): Observable<Diagnostic> {
    return this.#bus?.diagnostics$ ?? EMPTY;
  }

  /** Each signal as it is sent, sensible or not; it replays nothing, and neither errors nor completes. */
  get sent$(): Observable<SentSignal> {
    return this.#sent$.asObservable();
  }

  /** The agents that are subscribed now, one entry a stream. */
  get subscribers(): readonly AgentIdentity[] {
    return this.#streams.agents;
  }

  /** The same as a stream: the subscribed agents now, and whenever one comes or goes. Neither errors nor completes. */
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
  send({ opId = "", signal = 0, sequence = this.#sequence++ }: RawSignal, agent?: AgentIdentity): void {
    const message = { opId, signal, sequence };
    this.#streams.send(WireMessage.fromPartial(message), agent);
    if (!this.#sent$.observed) return;
    const { length: streams } = this.subscribers.filter((subscriber) => !agent || isSameAgent(subscriber, agent));
    this.#sent$.next({ ...message, agent, streams });
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
    this.#rest?.kill();
    this.#bus?.close();
    this.#server.forceShutdown();
  }

  /**
   * Makes way for a successor, as in a rolling restart: listens no more, frees the ports at once and sends GOAWAY on every
   * connection. Streams that are open go on until their agents leave or `graceMs` have passed, when they are cut;
   * resolves then. A connection on which nobody is subscribed is not waited for.
   */
  async drain(graceMs = Infinity): Promise<void> {
    this.#rest?.close();
    const closed = new Promise<false>((resolve) => {
      this.#server.tryShutdown(() => {
        resolve(false);
      });
    });
    // It waits for connections that never spoke, too, and for ever for one that was being destroyed as it was called.
    const idle$ = this.#streams.idle$.pipe(switchMap((isIdle) => (isIdle ? timer(IDLE_MS) : NEVER)));
    const impatient$ = graceMs === Infinity ? NEVER : timer(graceMs);
    const isToBeCut = await firstValueFrom(merge(closed, merge(idle$, impatient$).pipe(map(() => true))));
    if (isToBeCut) this.kill();
    else this.#bus?.close();
  }

  /** Ends every stream in order, cuts those who use the REST API, and stops listening. */
  close(): Promise<void> {
    this.#rest?.kill();
    this.sendHeaders();
    this.endStreams();
    return this.drain(SHUTDOWN_GRACE_MS);
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #join(servers: readonly string[]): Promise<void> {
    try {
      const { BusLink } = await import("./bus/BusLink.js");
      this.#bus = await BusLink.open(servers, ({ opId, signal, agent }) => {
        this.ops.hear({ opId, signal }, agent);
        // With a sequence of its own, as whatever it sends.
        this.send({ opId, signal }, agent);
      });
    } catch (cause) {
      throw new AssemblyError(`the bus cannot be used: ${describeError(cause)}`, { cause });
    }
  }

  async #serve(rest: RestOptions): Promise<void> {
    const { RestServer } = await import("./rest/RestServer.js");
    this.#rest = await RestServer.start(this.ops, rest);
  }
}
