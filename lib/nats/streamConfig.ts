import type { StreamConfig } from "@nats-io/jetstream";
import { ALL_SUBJECTS } from "./subjects.js";

/**
 * The JetStream stream that keeps the signals for as long as a gateway or an agent may take to come back.
 *
 * @internal
 */
export const STREAM_NAME = "AA_OPCONTROL";

const RETENTION_MS = 600_000;
const NANOS_PER_MS = 1_000_000;

/** A stream with room for fewer would lose those of ten minutes that are anything but quiet. */
const MIN_SIGNALS = 10_000;
const SIGNAL_BYTES = 300;

/**
 * The stream as the gateway makes it.
 *
 * @internal
 */
export const streamConfig = {
  name: STREAM_NAME,
  subjects: [ALL_SUBJECTS],
  retention: "limits",
  storage: "file",
  max_age: RETENTION_MS * NANOS_PER_MS,
} as const satisfies Partial<StreamConfig>;

/**
 * What about a stream would lose signals without a word; undefined where nothing does.
 *
 * @internal
 */
export function incompatibilityOf(config: StreamConfig, subjects: readonly string[]): string | undefined {
  const missing = subjects.find((subject) => !config.subjects.some((pattern) => covers(pattern, subject)));
  if (missing !== undefined) return `its subjects do not cover ${missing}`;
  if (config.subject_transform) return "it gives its messages other subjects (subject_transform)";
  if (config.sealed) return "it is sealed";
  if (config.retention !== "limits") return `its retention is "${config.retention}", not "limits"`;
  if (config.storage !== "file") return `its storage is "${config.storage}", not "file"`;
  if (config.max_age !== 0 && config.max_age < streamConfig.max_age) return "it keeps signals for less than 10 minutes";
  if (config.no_ack) return "it acknowledges nothing (no_ack)";
  if (config.max_msgs > 0 && config.max_msgs < MIN_SIGNALS) return `it keeps only ${config.max_msgs} signals`;
  if (config.max_bytes > 0 && config.max_bytes < MIN_SIGNALS * SIGNAL_BYTES)
    return `it keeps only ${config.max_bytes} bytes`;
  if (config.max_msgs_per_subject > 0) return `it keeps only ${config.max_msgs_per_subject} signals per subject`;
  return undefined;
}

/** Whether a subject with wildcards takes in another; `*` is one token, and `>` is all that follow. */
function covers(pattern: string, subject: string): boolean {
  const tokens = subject.split(".");
  const wanted = pattern.split(".");
  const open = wanted.at(-1) === ">";
  if (open ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => token === ">" || token === "*" || token === tokens[index]);
}
