import type { NatsConnection } from "@nats-io/transport-node";
import { catchError, defer, merge, throwError } from "rxjs";
import { reconnecting } from "../channel/reconnecting.js";
import { SignalObservable } from "../channel/SignalObservable.js";
import { check, checkDurationMs, checkObject, checkOptions } from "../check.js";
import { type AgentIdentity, type ReconnectOptions, resolveReconnect } from "../options.js";
import { busAttempt } from "./busAttempt.js";
import { checkAgent } from "./checkAgent.js";
import { checkServers } from "./checkServers.js";
import { closing } from "./closing.js";
import { type BusConnectionOptions, connectionToServers } from "./connectionToServers.js";
import { Cursor } from "./Cursor.js";
import { EnvelopeReader } from "./EnvelopeReader.js";
import { refusalOfBus } from "./refusalOfBus.js";
import { Replay } from "./Replay.js";
import { sharedConnection } from "./sharedConnection.js";
import { agentSubject, GLOBAL_SUBJECT } from "./subjects.js";
import { withoutCredentials } from "./withoutCredentials.js";

/** Which bus to take signals from, and for which agent. */
export interface JetStreamOptions extends AgentIdentity {
  /**
   * A connection that is shared with others; it is left open. Either this or `servers`.
   *
   * Make it with `maxReconnectAttempts: -1`: by default NATS gives up after ten, and when it is closed for good, by its
   * owner or by itself, the channel fails.
   */
  readonly connection?: NatsConnection;
  /**
   * The addresses of NATS servers, such as `127.0.0.1:4222` (or `tls://…`, which asks for TLS): each attempt makes a
   * connection of its own.
   */
  readonly servers?: string | readonly string[];
  /** What else such a connection takes: `user` and `pass`, `token`, `authenticator`, `tls`, `inboxPrefix` … */
  readonly connectionOptions?: BusConnectionOptions;
  /** The waits between attempts, as of `OpControlSubscriber.connect`. */
  readonly reconnect?: ReconnectOptions;
  /** From an attempt's start until the bus has a consumer for us, in milliseconds; 10,000 by default. */
  readonly connectTimeoutMs?: number;
  /**
   * How often the bus gives a sign of life, in milliseconds, from 500 to 30,000; 5,000 by default. When two are missed
   * it counts as lost.
   */
  readonly heartbeatMs?: number;
}

const optionNames = [
  "orgId",
  "teamId",
  "agentId",
  "connection",
  "servers",
  "connectionOptions",
  "reconnect",
  "connectTimeoutMs",
  "heartbeatMs",
];

/**
 * An agent's signals from the JetStream stream `AA_OPCONTROL`, where operators and gateways publish them: a source for
 * `OpControlSubscriber.from`, alone or merged with a gateway's.
 *
 * Each subscription has a consumer over the two subjects that concern the agent, which gets all that the stream retains
 * (10 minutes) and after an outage what it missed. The channel is live when that has passed; until then a RESUME does
 * not act, since a PAUSE may follow it that is as old. What is not meant for this agent is refused, as `diagnostics$`
 * tells. It errors where the shared connection is closed for good and where, before it was ever live, the stream is
 * configured for something else or the bus refuses us; all else is tried again, and `connection$` says why. It never
 * completes.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber } from "rx-op-control";
 * import { jetStreamSignals } from "rx-op-control/nats";
 *
 * const signals$ = jetStreamSignals({ servers: "127.0.0.1:4222", orgId: "acme", agentId: "agent-7" });
 * const control = OpControlSubscriber.from(signals$);
 * control.connection$.subscribe(({ state, lastError }) => console.log(state, lastError));
 * control.close();
 * ```
 *
 * @throws TypeError naming the option that is wrong.
 */
export function jetStreamSignals(options: JetStreamOptions): SignalObservable {
  checkBusOptions(options);
  const { orgId = "", teamId = "", agentId, connection, servers = [], connectionOptions = {} } = options;
  const { connectTimeoutMs = 10_000, heartbeatMs = 5_000 } = options;
  const agent = { orgId, teamId, agentId };
  const reconnect = resolveReconnect(options.reconnect);
  const connection$ = connection
    ? sharedConnection(connection)
    : connectionToServers([servers].flat(), connectTimeoutMs, connectionOptions);
  return new SignalObservable(
    defer(() => {
      const attempt$ = busAttempt({
        ...{ connection$, connectTimeoutMs, heartbeatMs },
        subjects: [GLOBAL_SUBJECT, agentSubject(agent)],
        cursor: new Cursor(),
        replay: new Replay(),
        reader: new EnvelopeReader(agent),
      }).pipe(catchError((error: unknown) => throwError(() => withoutCredentials(error, connectionOptions))));
      const channel$ = reconnecting(attempt$, { reconnect, refusalIn: refusalOfBus });
      return connection ? merge(closing(connection), channel$) : channel$;
    }),
  );
}

function checkBusOptions(options: unknown): asserts options is JetStreamOptions {
  checkAgent(options);
  checkOptions(options, optionNames);
  const { connection, servers, connectionOptions, connectTimeoutMs, heartbeatMs } = options as JetStreamOptions;
  const hasServers = [servers ?? []].flat().length > 0;
  if (hasServers) checkServers("servers", servers);
  check((connection === undefined) === hasServers, "servers", "given where connection is not, and only there");
  check(connection === undefined || isConnection(connection), "connection", "a NatsConnection");
  if (connectionOptions !== undefined) {
    checkObject("connectionOptions", connectionOptions);
    check(connection === undefined, "connectionOptions", "left out where connection is given");
  }
  if (connectTimeoutMs !== undefined) checkDurationMs("connectTimeoutMs", connectTimeoutMs, 1);
  if (heartbeatMs !== undefined) {
    checkDurationMs("heartbeatMs", heartbeatMs, 500);
    check(heartbeatMs <= 30_000, "heartbeatMs", "at most 30000");
  }
}

function isConnection(value: unknown): value is NatsConnection {
  const { subscribe, status } = (value ?? {}) as Partial<Record<keyof NatsConnection, unknown>>;
  return typeof subscribe === "function" && typeof status === "function";
}
