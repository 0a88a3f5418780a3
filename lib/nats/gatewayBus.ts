import type { NatsConnection } from "@nats-io/transport-node";
import { concatMap, defer, finalize, tap } from "rxjs";
import { reconnecting } from "../channel/reconnecting.js";
import type { Refusal } from "../channel/refusalIn.js";
import type { SignalSource } from "../channel/SignalSource.js";
import { type ReconnectOptions, resolveReconnect } from "../options.js";
import { busAttempt } from "./busAttempt.js";
import { connectionToServers } from "./connectionToServers.js";
import { Cursor } from "./Cursor.js";
import { ensureOpControlStream } from "./ensureOpControlStream.js";
import { EnvelopeReader } from "./EnvelopeReader.js";
import { publishSignal, SignalNotPublishedError, type SignalToPublish } from "./publishSignal.js";
import { refusalOfBus } from "./refusalOfBus.js";
import { Replay } from "./Replay.js";
import { ALL_SUBJECTS } from "./subjects.js";

/**
 * The bus as a gateway has it.
 *
 * @internal
 */
export interface GatewayBus {
  /**
   * The signals of every agent (`BusMessage`, with whom each is for), and the state of the channel that brings them. One
   * subscription is the gateway's, and {@link publish} goes by its connection.
   */
  readonly events$: SignalSource;
  /** Resolves when the stream keeps it; rejects with a `SignalNotPublishedError`, at once where there is no connection. */
  readonly publish: (signal: SignalToPublish) => Promise<void>;
}

/** What such a bus takes. */
interface GatewayBusOptions {
  readonly servers: readonly string[];
  readonly reconnect?: ReconnectOptions;
  readonly connectTimeoutMs?: number;
  readonly heartbeatMs?: number;
}

/**
 * What a gateway is to the bus: it creates the stream where there is none, takes all signals off it and publishes its own.
 *
 * Like an agent it gets all that is retained, and a RESUME among that when the rest has passed. It is refused for good by
 * the first answer only: whoever goes on without the bus is on it once that is mended.
 *
 * @internal
 */
export function gatewayBus({
  servers,
  reconnect,
  connectTimeoutMs = 10_000,
  heartbeatMs = 5_000,
}: GatewayBusOptions): GatewayBus {
  const bounds = resolveReconnect(reconnect);
  let connection: NatsConnection | undefined;
  const connection$ = connectionToServers(servers, connectTimeoutMs).pipe(
    concatMap(async (bus) => {
      await ensureOpControlStream(bus);
      return bus;
    }),
    tap((bus) => (connection = bus)),
    finalize(() => (connection = undefined)),
  );
  const events$ = defer(() => {
    const attempt$ = busAttempt({
      ...{ subjects: [ALL_SUBJECTS], connection$, connectTimeoutMs, heartbeatMs },
      cursor: new Cursor(),
      replay: new Replay(),
      reader: new EnvelopeReader(),
    });
    let isFirst = true;
    const refusalIn = (error: unknown): Refusal => {
      const refusal = isFirst ? refusalOfBus(error) : undefined;
      isFirst = false;
      // There are no credentials that could be others the next time.
      return refusal && "misconfigured";
    };
    return reconnecting(attempt$, { reconnect: bounds, refusalIn });
  });
  const publish = async (signal: SignalToPublish): Promise<void> => {
    if (!connection) throw new SignalNotPublishedError("the signal was not published: the bus is out of reach");
    await publishSignal(connection, signal);
  };
  return { events$, publish };
}
