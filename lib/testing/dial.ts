import { connect, type Socket } from "node:net";
import { check } from "../check.js";
import { printable } from "../printable.js";

const UNIX = /^unix:(?:\/\/)?(.+)$/;
const TCP = /^(?:\[(.+)\]|([^:]+)):(\d+)$/;

/** A gateway, or where one listens: `host:port`, `[::1]:port` or `unix:/path`. */
export type ProxyTarget = string | { readonly endpoint: string };

/**
 * Where a target listens; refuses what cannot be dialled when it is said, not at the first connection.
 *
 * @internal
 */
export function endpointOf(target: ProxyTarget): string {
  const endpoint = typeof target === "string" ? target : target.endpoint;
  const ok = UNIX.test(endpoint) || TCP.test(endpoint);
  check(ok, "a proxy's target", `"host:port", "[::1]:port" or "unix:/path", which "${printable(endpoint)}" is not`);
  return endpoint;
}

/**
 * Connects to an endpoint by TCP or by a Unix domain socket.
 *
 * @internal
 */
export function dial(endpoint: string): Socket {
  // What ends one direction is no reason to end the other: each end is passed on by itself.
  const options = { allowHalfOpen: true, noDelay: true };
  const path = UNIX.exec(endpoint)?.[1];
  if (path !== undefined) return connect({ ...options, path });
  const [, bracketed, plain, port] = TCP.exec(endpoint) ?? [];
  return connect({ ...options, host: bracketed ?? plain ?? "", port: Number(port) });
}
