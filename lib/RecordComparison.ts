import { asyncScheduler } from "rxjs";
import { type OpControlMessage, type OpControlSignal, scopeOfId } from "./opStatus.js";
import { parseSignal } from "./parseSignal.js";
import type { RecordedSignal } from "./readRecords.js";

/**
 * The rule by which the gateway's records are laid over what its signals said.
 *
 * A record may pause an op or terminate it. It lifts an op's own pause only where it says "running" since later than our
 * last signal. What is signalled while records are asked for may be newer than they are, so it wins, but not against
 * "terminated".
 *
 * @internal
 */
export class RecordComparison {
  readonly #maxOps: number;
  readonly #isTerminated: (opId: string) => boolean;
  /** When each op that is paused by itself was last told so, in milliseconds since the epoch. */
  readonly #pausedAt = new Map<string, number>();
  /** What was signalled since records are being asked for. */
  #signalled: Set<string> | undefined;

  /**
   * @param maxOps Of how many paused ops the time is known; no record lifts the pause of any other.
   * @param isTerminated Whether an op was terminated by itself, of which nothing more need be told.
   */
  constructor(maxOps: number, isTerminated: (opId: string) => boolean) {
    this.#maxOps = maxOps;
    this.#isTerminated = isTerminated;
  }

  /** Takes note of a message. */
  hear(message: unknown): void {
    const signal = parseSignal(message);
    if ("malformed" in signal || scopeOfId(signal.opId) !== "op") return;
    const { opId } = signal;
    if (this.#signalled && this.#signalled.size < this.#maxOps) this.#signalled.add(opId);
    this.#note(opId, signal.signal, asyncScheduler.now());
  }

  /** Records are being asked for from here on. */
  ask(): void {
    this.#signalled = new Set();
  }

  /** No more are. */
  stop(): void {
    this.#signalled = undefined;
  }

  /** What the records add, as the signals that would have said it; looked at one by one. */
  *findings(records: Iterable<RecordedSignal>): Generator<OpControlMessage> {
    for (const record of records) {
      if (!this.#isNews(record)) continue;
      const { opId, signal, updatedAtMs } = record;
      this.#note(opId, signal, Number.isNaN(updatedAtMs) ? asyncScheduler.now() : updatedAtMs);
      yield { opId, signal, sequence: 0n };
    }
  }

  #isNews({ opId, signal, updatedAtMs }: RecordedSignal): boolean {
    if (this.#isTerminated(opId)) return false;
    if (signal === "TERMINATE") return true;
    if (this.#signalled?.has(opId)) return false;
    const pausedAt = this.#pausedAt.get(opId);
    if (signal === "PAUSE") return pausedAt === undefined;
    // Where there was no room to keep in mind what was signalled, this op may have been.
    const isKnown = this.#signalled !== undefined && this.#signalled.size < this.#maxOps;
    return isKnown && pausedAt !== undefined && updatedAtMs > pausedAt;
  }

  #note(opId: string, signal: OpControlSignal, atMs: number): void {
    if (signal !== "PAUSE") this.#pausedAt.delete(opId);
    else if (this.#pausedAt.size < this.#maxOps || this.#pausedAt.has(opId)) this.#pausedAt.set(opId, atMs);
  }
}
