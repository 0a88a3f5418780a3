import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import type { Observable } from "rxjs";
import { ownConnection } from "./ownConnection.js";
import { withheldFaults } from "./withheldFaults.js";

/**
 * What a connection of one's own takes besides the servers; the rest is what keeps it, which is done here.
 *
 * @inline
 */
export type BusConnectionOptions = Omit<
  NodeConnectionOptions,
  "maxReconnectAttempts" | "port" | "reconnect" | "servers" | "timeout" | "waitOnFirstConnect"
>;

/**
 * A connection of one's own to the first of these servers that answers.
 *
 * @internal
 */
export function connectionToServers(
  servers: readonly string[],
  connectTimeoutMs: number,
  options: BusConnectionOptions = {},
): Observable<NatsConnection> {
  return ownConnection({
    ...(servers.some(saysTls) ? { tls: {} } : {}),
    ...withheldFaults(options),
    servers: [...servers],
    // Of several, one that hangs is to leave time for the others.
    timeout: connectTimeoutMs / servers.length,
  });
}

function saysTls(address: string): boolean {
  return /^tls:/i.test(address);
}
