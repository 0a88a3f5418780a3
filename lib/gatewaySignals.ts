import { grpcSource } from "./channel/grpcSource.js";
import { SignalObservable } from "./channel/SignalObservable.js";
import { type ConnectOptions, type OpControlOptions, resolveConnectOptions } from "./options.js";

/** Which gateway's signals, and for which agent. */
export type GatewayOptions = Omit<ConnectOptions, keyof OpControlOptions>;

/**
 * A gateway's signals over one gRPC server stream per subscription, with the state of that channel: the source of
 * `OpControlSubscriber.connect`, to be merged with others.
 *
 * Nothing is connected before it is subscribed. It errors when the gateway refuses the agent as misconfigured before it was
 * ever live (or with any fault, with `reconnect: false`).
 *
 * @example
 * ```ts
 * import { gatewaySignals, mergeSources, OpControlSubscriber } from "rx-op-control";
 *
 * const agent = { agentId: "agent-7" };
 * const replicas = ["127.0.0.1:50051", "127.0.0.1:50052"].map((endpoint) => gatewaySignals(endpoint, agent));
 * const control = OpControlSubscriber.from(mergeSources(...replicas));
 * control.close();
 * ```
 *
 * @throws TypeError naming the option that is wrong.
 */
export function gatewaySignals(endpoint: string, options: GatewayOptions): SignalObservable {
  const { orgId, teamId, agentId, ...resolved } = resolveConnectOptions(endpoint, options);
  return new SignalObservable(
    grpcSource({
      endpoint,
      channelCredentials: resolved.channelCredentials,
      agent: { orgId, teamId, agentId },
      credentialToken: resolved.credentialToken,
      connectTimeoutMs: resolved.connectTimeoutMs,
      keepalive: resolved.keepalive,
      reconnect: resolved.reconnect,
      maxStreamAgeMs: resolved.maxStreamAgeMs,
    }),
  );
}
