import { JetStreamApiCodes, JetStreamApiError, type JetStreamManager, type StreamInfo } from "@nats-io/jetstream";
import { STREAM_NAME } from "./streamConfig.js";

/**
 * The stream of signals; undefined where there is none.
 *
 * @internal
 */
export async function findStream({ streams }: JetStreamManager): Promise<StreamInfo | undefined> {
  try {
    return await streams.info(STREAM_NAME);
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound) return undefined;
    throw error;
  }
}
