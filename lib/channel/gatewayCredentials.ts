import { ChannelCredentials } from "@grpc/grpc-js";
import { isLoopback } from "./isLoopback.js";

export type { ChannelCredentials } from "@grpc/grpc-js";

/**
 * How the connection is secured: as told, else plaintext on this machine or where it is allowed, else TLS with the
 * system's roots.
 *
 * @internal
 */
export function gatewayCredentials(
  endpoint: string,
  { channelCredentials, allowInsecure }: { channelCredentials?: ChannelCredentials; allowInsecure: boolean },
): ChannelCredentials {
  if (channelCredentials) return channelCredentials;
  return allowInsecure || isLoopback(endpoint) ? ChannelCredentials.createInsecure() : ChannelCredentials.createSsl();
}

/**
 * Whether what goes over such a connection can be read on its way to another machine.
 *
 * @internal
 */
export function isReadableOnTheWay(endpoint: string, credentials: ChannelCredentials): boolean {
  return !credentials._isSecure() && !isLoopback(endpoint);
}

/** @internal */
export function isChannelCredentials(value: unknown): value is ChannelCredentials {
  return value instanceof ChannelCredentials;
}
