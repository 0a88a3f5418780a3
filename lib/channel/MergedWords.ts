import { scopeKey } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";

/** So many paused ops are kept in mind; of any further one, no RESUME counts. */
const MAX_PAUSED = 400_000;

/**
 * What counts of what several sources say that each bring the same signals, or some of them: an op is as severely
 * restricted as the most severe of them says.
 *
 * PAUSE and TERMINATE count from any. A RESUME counts when no other source has said PAUSE of that scope last: each may
 * lag behind the other, and nothing in a signal tells which was sent first. What a source that is over has said stands in
 * nobody's way.
 *
 * @internal
 */
export class MergedWords {
  /** By scope, the sources whose last word is PAUSE. */
  readonly #pausedBy = new Map<string, Set<number>>();
  readonly #maxPaused: number;

  constructor(maxPaused = MAX_PAUSED) {
    this.#maxPaused = maxPaused;
  }

  get isFull(): boolean {
    return this.#pausedBy.size >= this.#maxPaused;
  }

  /** Takes note of what a source says, and tells whether it counts. */
  hear(source: number, message: unknown): boolean {
    const signal = parseSignal(message);
    if ("malformed" in signal) return true;
    const key = scopeKey(signal.opId);
    const by = this.#pausedBy.get(key);
    switch (signal.signal) {
      case "TERMINATE":
        this.#pausedBy.delete(key);
        return true;
      case "PAUSE":
        if (by) by.add(source);
        else if (!this.isFull) this.#pausedBy.set(key, new Set([source]));
        return true;
      case "RESUME":
        // Of an op that there was no room for, nobody knows who paused it.
        if (!by) return !this.isFull;
        by.delete(source);
        if (by.size > 0) return false;
        this.#pausedBy.delete(key);
        return true;
    }
  }

  /** The source will say no more. */
  forget(source: number): void {
    for (const by of this.#pausedBy.values()) by.delete(source);
  }
}
