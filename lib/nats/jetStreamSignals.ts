import {
  AuthorizationError,
  connect,
  type NatsConnection,
  type NodeConnectionOptions,
  PermissionViolationError,
} from "@nats-io/transport-node";
import { defer } from "rxjs";
import type { Refusal } from "../channel/refusalIn.js";
import { reconnecting } from "../channel/reconnecting.js";
import { SignalObservable } from "../channel/SignalObservable.js";
import { check, checkDurationMs, checkObject, checkOptionNames } from "../check.js";
import { type AgentIdentity, type ReconnectOptions, resolveReconnect } from "../options.js";
import { busAttempt } from "./busAttempt.js";
import { EnvelopeReader } from "./EnvelopeReader.js";
import { StreamMismatchError } from "./StreamUnusableError.js";

/** Which bus to take signals from, and for which agent. */
export interface JetStreamOptions extends AgentIdentity {
  /** A connection that is shared with others; it is left open. Either this or `servers`. */
  readonly connection?: NatsConnection;
  /** The addresses of NATS servers, such as `127.0.0.1:4222`: each attempt makes a connection of its own. */
  readonly servers?: string | readonly string[];
  /** What else such a connection takes: credentials, TLS. */
  readonly connectionOptions?: Omit<NodeConnectionOptions, "servers" | "reconnect">;
  /** The waits between attempts, as of `OpControlSubscriber.connect`. */
  readonly reconnect?: ReconnectOptions;
  /** From an attempt's start until the bus has a consumer for us, in milliseconds; 10,000 by default. */
  readonly connectTimeoutMs?: number;
  /** How often the bus gives a sign of life, in milliseconds, from 500 to 30,000; 5,000 by default. Two missed: it is lost. */
  readonly heartbeatMs?: number;
}

const defaults = { orgId: "", teamId: "", connectTimeoutMs: 10_000, heartbeatMs: 5_000, connectionOptions: {} };

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
 * An agent's signals from NATS JetStream (stream `AA_OPCONTROL`), where operators and gateways publish them: a source for
 * `OpControlSubscriber.from`, alone or merged with a gateway's.
 *
 * Each subscription has an ordered consumer over the two subjects that concern the agent, which gets all that the stream
 * retains (10 minutes) and after an outage what it missed. The channel is live when that has passed; until then a RESUME
 * does not act, since a PAUSE may follow it that is as old. What is not meant for this agent is refused, as
 * `diagnostics$` tells. It errors where, before it was ever live, the stream is configured for something else or the bus
 * refuses us; all else is tried again, and `connection$` says why.
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
  checkOptions(options);
  const { orgId, teamId, agentId, connection, servers, connectionOptions, connectTimeoutMs, heartbeatMs } = {
    ...defaults,
    ...options,
  };
  const agent = { orgId, teamId, agentId };
  const open = (): Promise<NatsConnection> =>
    connection
      ? Promise.resolve(connection)
      : connect({ timeout: connectTimeoutMs, ...connectionOptions, servers: [servers ?? []].flat(), reconnect: false });
  return new SignalObservable(
    defer(() =>
      reconnecting(
        busAttempt({
          ...{ agent, connectTimeoutMs, heartbeatMs },
          connect: open,
          ownsConnection: connection === undefined,
          cursor: { sequences: new Map() },
          reader: new EnvelopeReader(agent),
        }),
        { reconnect: resolveReconnect(options.reconnect), refusalIn },
      ),
    ),
  );
}

function refusalIn(error: unknown): Refusal {
  if (error instanceof StreamMismatchError || error instanceof PermissionViolationError) return "misconfigured";
  return error instanceof AuthorizationError ? "unauthenticated" : undefined;
}

function checkOptions(options: JetStreamOptions): void {
  checkObject("options", options);
  checkOptionNames(options, optionNames);
  const { orgId, teamId, agentId, connection, servers, connectTimeoutMs, heartbeatMs } = options;
  check(isText(agentId), "agentId", "a non-empty string");
  check(orgId === undefined || typeof orgId === "string", "orgId", "a string");
  check(teamId === undefined || typeof teamId === "string", "teamId", "a string");
  const addresses = [servers ?? []].flat();
  check(addresses.every(isText), "servers", 'a "host:port", or a list of such');
  check(
    (connection === undefined) === addresses.length > 0,
    "servers",
    "given where connection is not, and only there",
  );
  if (connectTimeoutMs !== undefined) checkDurationMs("connectTimeoutMs", connectTimeoutMs, 1);
  if (heartbeatMs !== undefined) {
    checkDurationMs("heartbeatMs", heartbeatMs, 500);
    check(heartbeatMs <= 30_000, "heartbeatMs", "at most 30000");
  }
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
