import { asyncScheduler } from "rxjs";
import { type OpControlMessage, type OpControlSignal, type OpState, scopeOfId } from "./opStatus.js";
import type { OpRecord } from "./rest/OpRecord.js";

/**
 * The rule by which the gateway's records are laid over what its signals said: what they say more.
 *
 * A signal that arrives while records are asked for may be newer than they are, so it wins, unless they say that the op
 * is terminated.
 *
 * @internal
 */
export class RecordComparison {
  /** When each op that is paused by itself was last told so, in milliseconds since the epoch. */
  readonly #pausedAt = new Map<string, number>();
  readonly #maxOps: number;
  #signalled = new Set<string>();
  #asking = false;

  /** @param maxOps Of how many paused ops the time is known; no record resumes any other. */
  constructor(maxOps: number) {
    this.#maxOps = maxOps;
  }

  /** Takes note of a signal. */
  hear({ opId, signal }: OpControlMessage): void {
    if (scopeOfId(opId) !== "op") return;
    if (this.#asking) this.#signalled.add(opId);
    this.#noteSignal(opId, signal, asyncScheduler.now());
  }

  /** Records are being asked for from here on. */
  ask(): void {
    this.#asking = true;
    this.#signalled = new Set();
  }

  /** No more are. */
  stop(): void {
    this.#asking = false;
    this.#signalled = new Set();
  }

  /** What a record adds to what its op was told itself, as the signal that would have said it. */
  signalOf(record: unknown, ownStateOf: (opId: string) => OpState): OpControlMessage | undefined {
    const { op_id: opId, state, updated_at: updatedAt } = (record ?? {}) as Partial<OpRecord>;
    if (typeof opId !== "string" || opId === "" || scopeOfId(opId) !== "op") return undefined;
    const updatedMs = Date.parse(String(updatedAt));
    const own = ownStateOf(opId);
    if (own === "terminated") return undefined;
    if (state === "terminated") return this.#found(opId, "TERMINATE", updatedMs);
    if (this.#signalled.has(opId)) return undefined;
    if (state === "paused" && own === "running") return this.#found(opId, "PAUSE", updatedMs);
    // Compared with NaN it is not later.
    const isLater = updatedMs > (this.#pausedAt.get(opId) ?? NaN);
    return state === "running" && own === "paused" && isLater ? this.#found(opId, "RESUME", updatedMs) : undefined;
  }

  #found(opId: string, signal: OpControlSignal, updatedMs: number): OpControlMessage {
    this.#noteSignal(opId, signal, updatedMs);
    return { opId, signal, sequence: 0n };
  }

  #noteSignal(opId: string, signal: OpControlSignal, atMs: number): void {
    if (signal !== "PAUSE") this.#pausedAt.delete(opId);
    else if (this.#pausedAt.size < this.#maxOps || this.#pausedAt.has(opId)) this.#pausedAt.set(opId, atMs);
  }
}
