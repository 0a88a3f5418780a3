import { grpcSource } from "./channel/grpcSource.js";
import type { SignalSource } from "./channel/SignalSource.js";
import type { resolveGatewayOptions } from "./options.js";

/**
 * A gateway as a source, by options that have been checked.
 *
 * @internal
 */
export function gatewaySource(endpoint: string, options: ReturnType<typeof resolveGatewayOptions>): SignalSource {
  const { orgId, teamId, agentId, credentialToken, channelCredentials, ...rest } = options;
  const { connectTimeoutMs, keepalive, reconnect, maxStreamAgeMs } = rest;
  return grpcSource({
    endpoint,
    agent: { orgId, teamId, agentId },
    credentialToken,
    channelCredentials,
    connectTimeoutMs,
    keepalive,
    reconnect,
    maxStreamAgeMs,
  });
}
