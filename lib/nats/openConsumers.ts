import { type Consumer, DeliverPolicy, jetstream, jetstreamManager, type StreamInfo } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { findStream } from "./findStream.js";
import { incompatibilityOf, STREAM_NAME } from "./streamConfig.js";
import { StreamMismatchError, StreamUnusableError } from "./StreamUnusableError.js";

/** Since which server one consumer can have several subjects. */
const MULTIPLE_FILTERS_SINCE = [2, 10] as const;

/** How far a subscriber has come: in which stream, and by consumer up to which sequence. */
export interface Cursor {
  /** When the stream was created: one that was deleted and made anew counts from 1 again. */
  stream?: string;
  readonly sequences: Map<string, number>;
}

/** A consumer that is about to deliver. */
export interface OpenConsumer {
  /** Which one it is, whenever it is opened. */
  readonly key: string;
  readonly consumer: Consumer;
  /** How many messages were waiting for it when it was created. */
  readonly pending: number;
}

/** Consumers of all that the stream has on these subjects and that the cursor has not passed: one, where the server can. */
export async function openConsumers(
  connection: NatsConnection,
  subjects: readonly string[],
  cursor: Cursor,
): Promise<readonly OpenConsumer[]> {
  const stream = await streamInfo(connection, subjects);
  if (cursor.stream !== stream.created || [...cursor.sequences.values()].some((seq) => seq > stream.state.last_seq)) {
    cursor.stream = stream.created;
    cursor.sequences.clear();
  }
  const filters = hasMultipleFilters(connection) ? [subjects] : subjects.map((subject) => [subject]);
  return Promise.all(filters.map((filter) => open(connection, filter, cursor)));
}

async function open(connection: NatsConnection, filter: readonly string[], cursor: Cursor): Promise<OpenConsumer> {
  const key = filter.join();
  const last = cursor.sequences.get(key);
  const consumer = await jetstream(connection).consumers.get(STREAM_NAME, {
    // A server that knows of one filter only is given one.
    filter_subjects: filter.length === 1 ? (filter[0] ?? "") : [...filter],
    ...(last === undefined ? { deliver_policy: DeliverPolicy.All } : { opt_start_seq: last + 1 }),
  });
  const { num_pending: pending } = await consumer.info(true);
  return { key, consumer, pending };
}

async function streamInfo(connection: NatsConnection, subjects: readonly string[]): Promise<StreamInfo> {
  const info = await findStream(await jetstreamManager(connection));
  if (!info) throw new StreamUnusableError("it does not exist (ensureOpControlStream creates it)");
  const mismatch = incompatibilityOf(info.config, subjects);
  if (mismatch !== undefined) throw new StreamMismatchError(mismatch);
  return info;
}

function hasMultipleFilters({ info }: NatsConnection): boolean {
  const [major = 0, minor = 0] = (info?.version ?? "").split(".").map(Number);
  const [sinceMajor, sinceMinor] = MULTIPLE_FILTERS_SINCE;
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
