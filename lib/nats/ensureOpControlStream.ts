import { jetstreamManager } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { findStream } from "./findStream.js";
import { incompatibilityOf, streamConfig } from "./streamConfig.js";
import { StreamMismatchError } from "./StreamUnusableError.js";

/**
 * Creates the stream that signals are published to (`AA_OPCONTROL`), as the gateway does; one that is there stays as it is.
 *
 * Rejects with a `StreamMismatchError` where there is one that would lose signals, and with the error of NATS where it
 * cannot be created.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { ensureOpControlStream } from "rx-op-control/nats";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * await ensureOpControlStream(connection);
 * await connection.close();
 * ```
 */
export async function ensureOpControlStream(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection, { checkAPI: false });
  // A copy, for NATS adds to what it is given.
  const { config } = (await findStream(manager)) ?? (await manager.streams.add({ ...streamConfig }));
  const mismatch = incompatibilityOf(config, streamConfig.subjects);
  if (mismatch !== undefined) throw new StreamMismatchError(mismatch);
}
