import { jetstream, JetStreamApiCodes, JetStreamApiError, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { filter, firstValueFrom, type Observable } from "rxjs";
import type { ChannelState, ChannelStatus } from "../../../lib/channel/ChannelStatus.js";
import { jetStreamSignals, type JetStreamOptions } from "../../../lib/nats/jetStreamSignals.js";
import { ensureOpControlStream } from "../../../lib/nats/ensureOpControlStream.js";
import { envelopeOf } from "../../../lib/nats/OpControlEnvelope.js";
import { publishSignal, type SignalToPublish } from "../../../lib/nats/publishSignal.js";
import { agentSubject } from "../../../lib/nats/subjects.js";
import { statusesOf } from "../../../lib/nats/statusesOf.js";
import { STREAM_NAME } from "../../../lib/nats/streamConfig.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpState } from "../../../lib/opStatus.js";
import type { FromOptions } from "../../../lib/options.js";
import { FaultProxy } from "../../../lib/testing/FaultProxy.js";
import { US } from "../../helpers/gateways.js";
import { NatsServer, type NatsServerConfig } from "../../helpers/NatsServer.js";

/** Of the server, and of what is on it. */
export interface BusConfig extends NatsServerConfig {
  /** Whether the stream is there. */
  readonly stream?: boolean;
  /** How the operator proves who it is. */
  readonly credentials?: NodeConnectionOptions;
}

/** A server, an operator's connection to it that comes back, the stream, and what stands between it and its agents. */
export class Bus implements AsyncDisposable {
  private constructor(
    readonly server: NatsServer,
    readonly operator: NatsConnection,
    readonly network: FaultProxy,
  ) {}

  static async start({ stream = true, credentials = {}, ...config }: BusConfig = {}): Promise<Bus> {
    const server = await NatsServer.start(config);
    const network = await FaultProxy.start({ endpoint: server.address });
    const bus = new Bus(server, await connectTo(server.address, credentials), network);
    if (stream) await ensureOpControlStream(bus.operator);
    return bus;
  }

  /** Our agent, on a connection of its own unless it is given one, which tries again soon when it loses the bus. */
  agent(options: Partial<JetStreamOptions> = {}, subscriberOptions: FromOptions = {}): OpControlSubscriber {
    return agentOn(
      { ...(options.connection ? {} : { servers: this.network.endpoint }), ...options },
      subscriberOptions,
    );
  }

  /** Publishes to our agent's op, or with null to the fleet. */
  async publish(opId: string, signal: SignalToPublish["signal"], agent: typeof US | null = US): Promise<bigint> {
    return publishSignal(this.operator, { opId, signal, ...(agent ? { agent } : {}) });
  }

  /** Publishes to our agent's ops in one go, and resolves when the stream has them all. */
  async publishMany(signals: readonly (readonly [opId: string, signal: SignalToPublish["signal"]])[]): Promise<void> {
    const subject = agentSubject(US);
    for (const [opId, signal] of signals.slice(0, -1)) {
      this.operator.publish(subject, JSON.stringify(envelopeOf(opId, signal, US)));
    }
    for (const [opId, signal] of signals.slice(-1)) await this.publish(opId, signal);
  }

  /** Publishes whatever it is, and resolves when the stream has it. */
  async publishRaw(subject: string, data: string | Uint8Array | object): Promise<void> {
    const payload = typeof data === "string" || data instanceof Uint8Array ? data : JSON.stringify(data);
    await jetstream(this.operator).publish(subject, payload);
  }

  /** The stream as it was on the first day, with nothing in it, though it may count on. */
  async renewStream(): Promise<void> {
    await this.deleteStream();
    await ensureOpControlStream(this.operator);
  }

  async deleteStream(): Promise<void> {
    const { streams } = await jetstreamManager(this.operator);
    try {
      // What is deleted without may be there again when the stream is, as of nats-server 2.15.
      await streams.purge(STREAM_NAME);
      await streams.delete(STREAM_NAME);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound) throw error;
    }
  }

  /** How many consumers the stream has now. */
  async consumers(): Promise<number> {
    const { streams } = await jetstreamManager(this.operator);
    return (await streams.info(STREAM_NAME)).state.consumer_count;
  }

  /** Starts the server anew, with what it has stored; the operator is back as well. */
  async restartServer(): Promise<void> {
    const isBack = first(statusesOf(this.operator), ({ type }) => type === "reconnect");
    await this.server.restart();
    await isBack;
  }

  /** The agents lose the bus, and do not find it. */
  hide(): void {
    this.network.refuse();
    this.network.reset();
  }

  /** They find it again. */
  show(): Promise<void> {
    return this.network.restore();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.operator.close();
    await this.network.close();
    await this.server[Symbol.asyncDispose]();
  }
}

/** A connection that comes back, and soon. */
export function connectTo(servers: string, options: NodeConnectionOptions = {}): Promise<NatsConnection> {
  return connect({
    servers,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 50,
    reconnectJitter: 0,
    ...options,
  });
}

export function agentOn(options: Partial<JetStreamOptions>, subscriberOptions: FromOptions = {}): OpControlSubscriber {
  const signals$ = jetStreamSignals({
    ...US,
    reconnect: { initialDelayMs: 20, maxDelayMs: 40 },
    heartbeatMs: 500,
    ...options,
  });
  return OpControlSubscriber.from(signals$, subscriberOptions);
}

export function statusIs(
  { connection$ }: OpControlSubscriber,
  state: ChannelState,
  lastError = /^/,
): Promise<ChannelStatus> {
  return first(connection$, (status) => status.state === state && lastError.test(status.lastError ?? ""));
}

/** When the op is in that state, which it may be already. */
export async function opIs(control: OpControlSubscriber, opId: string, state: OpState): Promise<void> {
  await first(control.status(opId), (status) => status.state === state);
}

export function first<T>(source$: Observable<T>, predicate: (value: T) => boolean): Promise<T> {
  return firstValueFrom(source$.pipe(filter(predicate)));
}
