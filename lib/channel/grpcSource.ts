import { type ChannelCredentials, Client, type ClientReadableStream, type Metadata } from "@grpc/grpc-js";
import { concat, defer, finalize, map, of, switchMap, throwError, timeout } from "rxjs";
import { type OpControlMessage, OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import { type ChannelState, channelStatus } from "./ChannelStatus.js";
import { credentialMetadata, type CredentialToken, tokenIn } from "./credentialToken.js";
import { isLoopback } from "./isLoopback.js";
import { openStream } from "./openStream.js";
import type { ChannelEvent, SignalSource } from "./SignalSource.js";
import { withAbandonableHandshakes } from "./withAbandonableHandshakes.js";

/**
 * What one subscription to a gateway takes; every value has been checked.
 *
 * @internal
 */
export interface GrpcSourceConfig {
  readonly endpoint: string;
  readonly channelCredentials: ChannelCredentials;
  readonly agent: { readonly orgId: string; readonly teamId: string; readonly agentId: string };
  readonly credentialToken: CredentialToken | undefined;
  readonly connectTimeoutMs: number;
  readonly keepalive: { readonly intervalMs: number; readonly timeoutMs: number };
}

/** A signal is well below 2 KiB; whoever sends more than this is no gateway. */
const MAX_MESSAGE_BYTES = 64 * 1024;

/**
 * The gateway's `OpControlStream` as a source: one attempt, live when the gateway has sent its initial metadata.
 *
 * This is where reconnecting belongs: around `attempt`, told by `connecting` and `reconnecting` statuses.
 *
 * @internal
 */
export function grpcSource(config: GrpcSourceConfig): SignalSource {
  return defer(() => concat(of(statusEvent("connecting")), attempt(config)));
}

/** One attempt, given up when the token, TCP, TLS and the gateway's answer together take too long. */
function attempt(config: GrpcSourceConfig): SignalSource {
  return defer(() => credentialMetadata(config.credentialToken)).pipe(
    switchMap((metadata) => subscribeToGateway(config, metadata)),
    timeout({ first: config.connectTimeoutMs, with: () => throwError(() => noAnswer(config)) }),
  );
}

function subscribeToGateway(config: GrpcSourceConfig, metadata: Metadata): SignalSource {
  return defer(() => {
    const { credentials, abandonHandshakes } = withAbandonableHandshakes(config.channelCredentials);
    const client = openClient(config, credentials);
    const circumstances = { secret: tokenIn(metadata), isPlaintext: !config.channelCredentials._isSecure() };
    return openStream(() => callOpControlStream(client, config, metadata), circumstances).pipe(
      map((event): ChannelEvent => (event.type === "headers" ? statusEvent("live") : event)),
      finalize(() => {
        client.close();
        abandonHandshakes();
      }),
    );
  });
}

function openClient({ endpoint, keepalive }: GrpcSourceConfig, credentials: ChannelCredentials): Client {
  return new Client(endpoint, credentials, {
    "grpc.keepalive_time_ms": keepalive.intervalMs,
    "grpc.keepalive_timeout_ms": keepalive.timeoutMs,
    "grpc.max_receive_message_length": MAX_MESSAGE_BYTES,
    // The attempt is ours to repeat; a service config from DNS could plant a deadline on a stream that has none.
    "grpc.enable_retries": 0,
    "grpc.service_config_disable_resolution": 1,
    // What stays on this machine goes through no proxy that the environment may name for the rest.
    "grpc.enable_http_proxy": isLoopback(endpoint) ? 0 : 1,
    // A connection that hangs before HTTP/2 settings would otherwise be handed to the next attempt.
    "grpc.use_local_subchannel_pool": 1,
  });
}

/** The method by its definition and not by a generated client, so that a larger policy.proto changes nothing here. */
function callOpControlStream(
  client: Client,
  { agent }: GrpcSourceConfig,
  metadata: Metadata,
): ClientReadableStream<OpControlMessage> {
  const { path, requestSerialize, responseDeserialize } = PolicyServiceService.opControlStream;
  const request = OpControlSubscribeRequest.fromPartial({ agentId: agent });
  return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata);
}

function statusEvent(state: ChannelState): ChannelEvent {
  return { type: "status", status: channelStatus(state) };
}

function noAnswer({ connectTimeoutMs }: GrpcSourceConfig): Error {
  return new Error(`no answer from the gateway within connectTimeoutMs (${connectTimeoutMs} ms)`);
}
