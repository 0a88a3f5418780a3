import { AssemblyError } from "../errors.js";
import { STREAM_NAME } from "./streamConfig.js";

/**
 * The bus has no stream of signals that could be relied on: it is missing, or would lose signals without a word.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber } from "rx-op-control";
 * import { jetStreamSignals, StreamUnusableError } from "rx-op-control/nats";
 *
 * const signals$ = jetStreamSignals({ servers: "127.0.0.1:4222", orgId: "acme", agentId: "agent-7" });
 * const control = OpControlSubscriber.from(signals$);
 * control.ready().catch(({ cause }) => {
 *   if (cause instanceof StreamUnusableError) console.error(cause.reason);
 * });
 * ```
 */
export class StreamUnusableError extends AssemblyError {
  override readonly name: string = "StreamUnusableError";

  /** @param reason What is wrong with it. */
  constructor(
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`stream ${STREAM_NAME} cannot be used: ${reason}`, options);
  }
}

/**
 * The same, and asking again will not change it: somebody has configured the stream for something else.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { ensureOpControlStream, StreamMismatchError } from "rx-op-control/nats";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * await ensureOpControlStream(connection).catch((error) => {
 *   if (error instanceof StreamMismatchError) console.error(error.reason);
 *   else throw error;
 * });
 * ```
 */
export class StreamMismatchError extends StreamUnusableError {
  override readonly name = "StreamMismatchError";
}
