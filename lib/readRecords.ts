import { type OpControlSignal, scopeOfId } from "./opStatus.js";
import { parseSignal } from "./parseSignal.js";

/**
 * What a record says of an op, as the signal that would have said it.
 *
 * @internal
 */
export interface RecordedSignal {
  readonly opId: string;
  readonly signal: OpControlSignal;
  /** When its state last changed, in milliseconds since the epoch; NaN where that is not known. */
  readonly updatedAtMs: number;
}

const signals = new Map<unknown, OpControlSignal>([
  ["terminated", "TERMINATE"],
  ["paused", "PAUSE"],
  ["running", "RESUME"],
]);

const severity: Readonly<Record<OpControlSignal, number>> = { TERMINATE: 2, PAUSE: 1, RESUME: 0 };

/**
 * What the gateway's records say of ops, one word of each. What is no record, or is about no op by its own, is left out.
 *
 * Where records contradict each other, the most severe one of an op counts; and of several that are alike nobody knows
 * which is the latest, so they prove no time.
 *
 * @throws TypeError where it is no lists that were given.
 *
 * @internal
 */
export function readRecords(lists: readonly unknown[]): Iterable<RecordedSignal> {
  const words = new Map<string, RecordedSignal>();
  for (const list of lists) {
    if (!Array.isArray(list)) throw new TypeError("reconcile must emit lists of ops");
    for (const record of list) {
      const word = read(record);
      if (!word) continue;
      const other = words.get(word.opId);
      if (!other || severity[word.signal] > severity[other.signal]) words.set(word.opId, word);
      else if (word.signal === other.signal) words.set(word.opId, { ...word, updatedAtMs: NaN });
    }
  }
  return words.values();
}

function read(record: unknown): RecordedSignal | undefined {
  if (typeof record !== "object" || record === null) return undefined;
  const { op_id: opId, state, updated_at: updatedAt } = record as Readonly<Record<string, unknown>>;
  const signal = parseSignal({ opId, signal: signals.get(state) });
  if ("malformed" in signal || scopeOfId(signal.opId) !== "op") return undefined;
  const updatedAtMs = typeof updatedAt === "string" ? Date.parse(updatedAt) : NaN;
  return { opId: signal.opId, signal: signal.signal, updatedAtMs };
}
