import { type ChannelCredentials, Client } from "@grpc/grpc-js";
import { isLoopback } from "./isLoopback.js";

/** What a connection to a gateway takes. */
export interface ClientConfig {
  readonly endpoint: string;
  readonly channelCredentials: ChannelCredentials;
  readonly keepalive: { readonly intervalMs: number; readonly timeoutMs: number };
}

/** A signal is well below 2 KiB; whoever sends more than this is no gateway. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * How long it takes a client to connect once more by itself after it could not. Of a client for one attempt nobody waits
 * for that; it comes about all the same, also when the client has been closed meanwhile, so it is to be over soon.
 *
 * @internal
 */
export const CLIENT_BACKOFF_MS = 100;

/**
 * A client of its own for each attempt: one that hangs before HTTP/2 settings would hold up the next with it.
 *
 * @internal
 */
export function openClient({ endpoint, channelCredentials, keepalive }: ClientConfig): Client {
  return new Client(endpoint, channelCredentials, {
    "grpc.keepalive_time_ms": keepalive.intervalMs,
    "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    // The attempt is ours to repeat; a service config from DNS could plant a deadline on a stream that has none.
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    // What stays on this machine goes through no proxy that the environment may name for the rest.
    "grpc.enable_http_proxy": isLoopback(endpoint) ? 0 : 1,
    "grpc.use_local_subchannel_pool": 1,
    // Statistics that nobody asks for, at every message.
    "grpc.enable_channelz": 0,
    "grpc.initial_reconnect_backoff_ms": CLIENT_BACKOFF_MS,
    "grpc.max_reconnect_backoff_ms": CLIENT_BACKOFF_MS,
  });
}
