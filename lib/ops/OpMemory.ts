import type { Diagnostic } from "../Diagnostic.js";
import type { Verdict } from "../opStatus.js";
import { printable } from "../printable.js";
import { AgingMap } from "./AgingMap.js";

const RUNNING: Verdict = { state: "running", scope: "op", sequence: 0n };
const NONE: readonly string[] = [];
const UNACCOUNTED: Verdict = { state: "paused", scope: "channel", sequence: 0n };

/**
 * What ops were told while nobody watches them, within a bound.
 *
 * A running op needs no memory at all: it is what an unknown op is. A paused op is never forgotten; at the bound the
 * terminated op that has been here longest goes. With nothing left to forget the memory is saturated: from then on an
 * unknown op counts as paused, since it may be one that found no room, and it is the resumed ops that are remembered.
 *
 * A map per state, for each has an oldest op of its own. Nothing is looked up in one that is empty, which two of them
 * nearly always are: at 60,000 held ops each look-up is a miss of the processor's cache.
 *
 * @internal
 */
export class OpMemory {
  readonly #limit: number;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #paused = new AgingMap<string, Verdict>();
  readonly #running = new AgingMap<string, Verdict>();
  readonly #terminated = new AgingMap<string, Verdict>();
  #saturated = false;
  #evictions = 0;

  constructor(limit: number, report: (diagnostic: Diagnostic) => void) {
    this.#limit = limit;
    this.#report = report;
  }

  get(opId: string): Verdict {
    return (
      lookUp(this.#paused, opId) ??
      lookUp(this.#terminated, opId) ??
      lookUp(this.#running, opId) ??
      (this.#saturated ? UNACCOUNTED : RUNNING)
    );
  }

  /** Whether the op was told to pause or to terminate, and is remembered. */
  has(opId: string): boolean {
    return this.#paused.has(opId) || this.#terminated.has(opId);
  }

  /** The ops that were told to pause or to terminate. */
  opIds(): string[] {
    return [...this.#paused.keys(), ...this.#terminated.keys()];
  }

  /** How many ops are remembered that were told to pause, and how many that were told to terminate. */
  get counts(): Readonly<Record<"paused" | "terminated", number>> {
    return { paused: this.#paused.size, terminated: this.#terminated.size };
  }

  /** Remembers, and returns the ops that had to be forgotten for it: one or none. */
  set(opId: string, verdict: Verdict): readonly string[] {
    const { state, scope } = verdict;
    // Where only paused ops are kept there is nothing to move one from: a look-up less for most signals.
    if (state !== "paused" || this.#paused.size < this.#size) this.delete(opId);
    const othersTerminated = this.#terminated.size;
    if (state === "terminated") this.#terminated.set(opId, verdict);
    else if (state === "paused" && scope === "op") this.#paused.set(opId, verdict);
    else if (state === "running" && this.#saturated) this.#running.set(opId, verdict);
    const size = this.#size;
    if (size <= this.#limit) return NONE;
    if (othersTerminated === 0) this.#saturate();
    const othersRunning = this.#running.size - (state === "running" ? 1 : 0);
    const forgotten = this.#saturated ? this.#forgetSaturated(othersRunning) : this.#forgetTerminated();
    return forgotten === undefined ? NONE : [forgotten];
  }

  delete(opId: string): void {
    if (this.#paused.size > 0 && this.#paused.delete(opId)) return;
    if (this.#terminated.size > 0 && this.#terminated.delete(opId)) return;
    if (this.#running.size > 0) this.#running.delete(opId);
  }

  get #size(): number {
    return this.#paused.size + this.#terminated.size + this.#running.size;
  }

  #saturate(): void {
    if (this.#saturated) return;
    this.#saturated = true;
    this.#report({ kind: "saturated", maxTrackedOps: this.#limit });
  }

  /** All that is forgotten counts as paused from then on: a paused op goes on so, and a resumed one errs on that side. */
  #forgetSaturated(othersRunning: number): string | undefined {
    const paused = this.#paused.removeOldest();
    const resumed = paused === undefined && othersRunning > 0 ? this.#running.removeOldest() : undefined;
    return paused ?? resumed ?? this.#forgetTerminated();
  }

  #forgetTerminated(): string | undefined {
    const forgotten = this.#terminated.removeOldest();
    if (forgotten !== undefined) {
      this.#report({ kind: "evicted", opId: printable(forgotten), count: ++this.#evictions });
    }
    return forgotten;
  }
}

function lookUp(map: ReadonlyMap<string, Verdict>, opId: string): Verdict | undefined {
  return map.size > 0 ? map.get(opId) : undefined;
}
