import type { NatsConnection, NodeConnectionOptions } from "@nats-io/transport-node";
import type { Observable } from "rxjs";
import { check } from "../check.js";
import { ownConnection } from "./ownConnection.js";
import { withheldFaults } from "./withheldFaults.js";

/** What a connection of one's own takes besides the servers; the rest is what keeps it, which is done here. */
export type BusConnectionOptions = Omit<
  NodeConnectionOptions,
  "maxReconnectAttempts" | "port" | "reconnect" | "servers" | "timeout" | "waitOnFirstConnect"
>;

/**
 * Refuses what is not one address of a NATS server or several.
 *
 * @internal
 */
export function checkServers(name: string, servers: unknown): asserts servers is string | readonly string[] {
  check(
    [servers].flat().every(isAddress),
    name,
    'a "host:port" without "user:password@" or other parts, or a list of such',
  );
}

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

/** NATS leaves out what stands before an "@", which would then be somebody without credentials. */
function isAddress(value: unknown): value is string {
  return typeof value === "string" && /^((nats|tls):\/\/)?[^\s/@?#]+$/i.test(value);
}

function saysTls(address: string): boolean {
  return /^tls:/i.test(address);
}
