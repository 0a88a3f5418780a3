import type { Diagnostic } from "../Diagnostic.js";
import type { OpState, Verdict } from "../opStatus.js";
import { printable } from "../printable.js";
import { AgingMap } from "./AgingMap.js";

const RUNNING: Verdict = { state: "running", scope: "op", sequence: 0n };
const UNACCOUNTED: Verdict = { state: "paused", scope: "channel", sequence: 0n };

/**
 * What ops were told while nobody watches them, within a bound.
 *
 * A running op needs no memory at all: it is what an unknown op is. A paused op is never forgotten; at the bound the
 * terminated op that has been here longest goes. With nothing left to forget the memory is saturated: from then on an
 * unknown op counts as paused, since it may be one that found no room, and it is the resumed ops that are remembered.
 *
 * Maps of bare sequences, one per state, because a killed op then costs 150 B; an object per op would add 50 B.
 *
 * @internal
 */
export class OpMemory {
  readonly #limit: number;
  readonly #report: (diagnostic: Diagnostic) => void;
  readonly #paused = new AgingMap<string, bigint>();
  readonly #running = new AgingMap<string, bigint>();
  readonly #terminated = new AgingMap<string, bigint>();
  #saturated = false;
  #evictions = 0;

  constructor(limit: number, report: (diagnostic: Diagnostic) => void) {
    this.#limit = limit;
    this.#report = report;
  }

  get(opId: string): Verdict {
    return (
      verdict("paused", this.#paused.get(opId)) ??
      verdict("terminated", this.#terminated.get(opId)) ??
      verdict("running", this.#running.get(opId)) ??
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

  /** Remembers, and returns the ops that had to be forgotten for it: one or none. */
  set(opId: string, { state, scope, sequence }: Verdict): readonly string[] {
    this.delete(opId);
    const othersTerminated = this.#terminated.size;
    if (state === "terminated") this.#terminated.set(opId, sequence);
    else if (state === "paused" && scope === "op") this.#paused.set(opId, sequence);
    else if (state === "running" && this.#saturated) this.#running.set(opId, sequence);
    const size = this.#paused.size + this.#terminated.size + this.#running.size;
    if (size <= this.#limit) return [];
    if (othersTerminated === 0) this.#saturate();
    const othersRunning = this.#running.size - (state === "running" ? 1 : 0);
    const forgotten = this.#saturated ? this.#forgetSaturated(othersRunning) : this.#forgetTerminated();
    return forgotten === undefined ? [] : [forgotten];
  }

  delete(opId: string): void {
    if (!this.#paused.delete(opId)) this.#terminated.delete(opId);
    this.#running.delete(opId);
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

function verdict(state: OpState, sequence: bigint | undefined): Verdict | undefined {
  return sequence === undefined ? undefined : { state, scope: "op", sequence };
}
