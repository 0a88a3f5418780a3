import type { MalformedReason } from "./Diagnostic.js";
import type { OpControlMessage, OpControlSignal } from "./opStatus.js";

/** The names and, because an envelope may carry those, the numbers of the wire's enum. */
const signals = new Map<unknown, OpControlSignal>([
  ["PAUSE", "PAUSE"],
  ["RESUME", "RESUME"],
  ["TERMINATE", "TERMINATE"],
  [1, "PAUSE"],
  [2, "RESUME"],
  [3, "TERMINATE"],
]);

/** @internal */
export const MAX_OP_ID_BYTES = 1024;
const MAX_BYTES_PER_UTF16_UNIT = 3;

/** What a message is that is no signal. */
interface Malformed {
  readonly malformed: MalformedReason;
  readonly opId: string;
}

/**
 * A message from any source as a signal, or why it is none.
 *
 * Every source is read by this one function, typed or not, so that what is malformed is so everywhere. It never throws,
 * whatever it is given: the next message may be a TERMINATE.
 *
 * @internal
 */
export function parseSignal(message: unknown): OpControlMessage | Malformed {
  try {
    return parse(message);
  } catch {
    return { malformed: "notAnObject", opId: "" };
  }
}

function parse(message: unknown): OpControlMessage | Malformed {
  if (typeof message !== "object" || message === null) return { malformed: "notAnObject", opId: "" };
  const { opId, signal: given, sequence } = message as Record<keyof OpControlMessage, unknown>;
  if (typeof opId !== "string" || opId === "") return { malformed: "emptyOpId", opId: "" };
  if (isOversize(opId)) return { malformed: "oversizeOpId", opId };
  const signal = signals.get(given);
  if (signal === undefined) return { malformed: given === 0 ? "unspecifiedSignal" : "unknownSignal", opId };
  return { opId, signal, sequence: sequenceOf(sequence) };
}

/**
 * Whether an id is longer than a signal may name one.
 *
 * @internal
 */
export function isOversize(opId: string): boolean {
  return opId.length * MAX_BYTES_PER_UTF16_UNIT > MAX_OP_ID_BYTES && Buffer.byteLength(opId) > MAX_OP_ID_BYTES;
}

/** The sequence is advisory: a TERMINATE without a proper one is still a TERMINATE. */
function sequenceOf(given: unknown): bigint {
  if (typeof given === "bigint") return given;
  return Number.isSafeInteger(given) ? BigInt(given as number) : 0n;
}
