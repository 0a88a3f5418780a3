import {
  AckPolicy,
  type Consumer,
  type ConsumerConfig,
  DeliverPolicy,
  jetstream,
  type JetStreamManager,
  jetstreamManager,
  type StreamInfo,
} from "@nats-io/jetstream";
import { nanos, type NatsConnection, nuid } from "@nats-io/transport-node";
import type { Cursor, Position } from "./Cursor.js";
import { findStream } from "./findStream.js";
import { incompatibilityOf, STREAM_NAME } from "./streamConfig.js";
import { StreamMismatchError, StreamUnusableError } from "./StreamUnusableError.js";

/** Since which server one consumer can have several subjects. */
const MULTIPLE_FILTERS_SINCE = [2, 10] as const;

/** How long the bus keeps a consumer that nobody asks for messages, where it was not told that it is over. */
const INACTIVE_AFTER_MS = 10_000;

/** What all of them have in common: they are of this attempt only, and what they miss is read anew by another. */
const ephemeral = {
  ack_policy: AckPolicy.None,
  max_deliver: 1,
  mem_storage: true,
  num_replicas: 1,
  inactive_threshold: nanos(INACTIVE_AFTER_MS),
} as const satisfies Partial<ConsumerConfig>;

/**
 * A consumer that is about to deliver.
 *
 * @internal
 */
export interface OpenConsumer {
  /** Which one it is, whenever it is opened. */
  readonly key: string;
  readonly consumer: Consumer;
  /** What it is called on the bus, where no other is called so. */
  readonly name: string;
  /** How many messages were waiting for it when it was created. */
  readonly pending: number;
  /** What it is to begin with, for that has been seen already. */
  readonly seen: Position | undefined;
}

/**
 * Consumers of all that the stream has on these subjects and that the cursor has not passed: one, where the server can.
 *
 * Not the ordered consumers of NATS's own, which begin anew by themselves: what was missed is to be told as a replay.
 *
 * @internal
 */
export async function openConsumers(
  bus: NatsConnection,
  subjects: readonly string[],
  cursor: Cursor,
  timeoutMs: number,
): Promise<readonly OpenConsumer[]> {
  // Whether there is JetStream at all is told by the first request as well.
  const manager = await jetstreamManager(bus, { checkAPI: false, timeout: timeoutMs });
  const stream = await streamInfo(manager, subjects);
  const filters = hasMultipleFilters(bus) ? [subjects] : subjects.map((subject) => [subject]);
  return Promise.all(
    filters.map(async (filter) => {
      const key = filter.join();
      const seen = cursor.positionIn(stream, key);
      const created = await manager.consumers.add(STREAM_NAME, {
        ...ephemeral,
        ...filterOf(filter),
        ...(seen
          ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: seen.sequence }
          : { deliver_policy: DeliverPolicy.All }),
      });
      const consumer = jetstream(bus).consumers.getConsumerFromInfo(created);
      return { key, consumer, name: created.name, pending: created.num_pending, seen };
    }),
  );
}

async function streamInfo(manager: JetStreamManager, subjects: readonly string[]): Promise<StreamInfo> {
  const info = await findStream(manager);
  if (!info) throw new StreamUnusableError("it does not exist (ensureOpControlStream creates it)");
  const mismatch = incompatibilityOf(info.config, subjects);
  if (mismatch !== undefined) throw new StreamMismatchError(mismatch);
  return info;
}

function filterOf([subject = "", ...further]: readonly string[]): Partial<ConsumerConfig> {
  if (further.length > 0) return { filter_subjects: [subject, ...further] };
  // With a name, the subject of the request has the filter: an agent can be allowed no other's.
  return { filter_subject: subject, name: nuid.next() };
}

function hasMultipleFilters({ info }: NatsConnection): boolean {
  const [major = 0, minor = 0] = (info?.version ?? "").split(".").map(Number);
  const [sinceMajor, sinceMinor] = MULTIPLE_FILTERS_SINCE;
  return major > sinceMajor || (major === sinceMajor && minor >= sinceMinor);
}
