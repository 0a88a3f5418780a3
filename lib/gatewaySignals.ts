import { SignalObservable } from "./channel/SignalObservable.js";
import { gatewaySource } from "./gatewaySource.js";
import { type GatewayOptions, resolveGatewayOptions } from "./options.js";

/**
 * A gateway's signals with the state of the channel that brings them, as `OpControlSubscriber.connect` has them: a source
 * to be merged with others, for `OpControlSubscriber.from`.
 *
 * Each subscription is one gRPC server stream that is kept live; nothing is connected before. It errors when the gateway
 * refuses the agent as misconfigured before the stream was ever live, or with `reconnect: false` on any fault; it completes
 * only with `reconnect: false`, when the gateway ends the stream.
 *
 * @example
 * ```ts
 * import { gatewaySignals, mergeSources, OpControlSubscriber } from "rx-op-control";
 *
 * const agent = { orgId: "acme", teamId: "payments", agentId: "agent-7" };
 * const replicas = ["127.0.0.1:50051", "127.0.0.1:50052"].map((endpoint) => gatewaySignals(endpoint, agent));
 * const control = OpControlSubscriber.from(mergeSources(...replicas));
 * control.close();
 * ```
 *
 * @param endpoint The gateway, as `host:port` (or any gRPC target, such as `unix:/run/gateway.sock`).
 * @throws TypeError naming the option that is wrong.
 */
export function gatewaySignals(endpoint: string, options: GatewayOptions): SignalObservable {
  return new SignalObservable(gatewaySource(endpoint, resolveGatewayOptions(endpoint, options)));
}
