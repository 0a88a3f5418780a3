import { scopeKey, scopeOfId } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";

/** So many paused scopes are kept in mind; of any further op, no RESUME counts. */
const MAX_PAUSED = 400_000;

/** What a source said of a scope last. */
interface Word {
  readonly isPause: boolean;
  /** A RESUME, for when it counts. */
  readonly resume: unknown;
  /** How often the source had been lost by then. */
  readonly epoch: number;
}

/**
 * What counts of what several sources say that each bring the same signals, or some of them: a scope is as severely
 * restricted as the most severe of them says.
 *
 * PAUSE and TERMINATE count from any. A RESUME counts when no other source has said PAUSE of that scope last: each may
 * lag behind the other, and nothing in a signal tells which was sent first. A source that is lost will not say RESUME,
 * though; so once all that it said has come on the others as well it is forgotten, and the RESUME of one of them counts
 * that only its PAUSE stood against. It must have come after every PAUSE, and on a source that is not lost itself: to
 * lose one lifts nothing, nor to lose all.
 *
 * @internal
 */
export class MergedWords {
  /** By scope that some source has said PAUSE of, the last word of each source that spoke of it. */
  readonly #words = new Map<string, (Word | undefined)[]>();
  readonly #maxPaused: number;
  /** By source, how often it was lost. */
  readonly #epochs: number[] = [];
  /** By source, whether it has said anything since. */
  readonly #hasSpoken: boolean[] = [];

  constructor(maxPaused = MAX_PAUSED) {
    this.#maxPaused = maxPaused;
  }

  /** How much of the room is taken, from 0 to 1. */
  get fullness(): number {
    return this.#words.size / this.#maxPaused;
  }

  /** Takes note of what a source says, and tells whether it counts now. */
  hear(source: number, message: unknown): boolean {
    const signal = parseSignal(message);
    if ("malformed" in signal) return true;
    this.#hasSpoken[source] = true;
    const scope = scopeKey(signal.opId);
    switch (signal.signal) {
      case "TERMINATE":
        this.#words.delete(scope);
        return true;
      case "PAUSE":
        this.#hearPause(source, scope);
        return true;
      case "RESUME":
        return this.#hearResume(source, scope, message);
    }
  }

  /** The source is lost, or over: what it has said so far is to be forgotten later, by this number. */
  lose(source: number): number | undefined {
    if (!this.#hasSpoken[source]) return undefined;
    for (const words of this.#words.values()) {
      if (words[source]?.isPause === false) words[source] = undefined;
    }
    const epoch = this.#epochOf(source);
    this.#epochs[source] = epoch + 1;
    this.#hasSpoken[source] = false;
    return epoch;
  }

  /** All that the source said before it was lost has come on the others by now: the RESUMEs that count for it. */
  *forget(source: number, epoch: number): Generator {
    for (const [scope, words] of this.#words) {
      if (words[source]?.epoch !== epoch) continue;
      words[source] = undefined;
      if (words.some(isPause)) continue;
      this.#words.delete(scope);
      const said = words.find((word) => word !== undefined);
      if (said) yield said.resume;
    }
  }

  #hearPause(source: number, scope: string): void {
    let words = this.#words.get(scope);
    if (!words) {
      if (!this.#hasRoomFor(scope)) return;
      this.#words.set(scope, (words = []));
    }
    // What was resumed before it may be older.
    for (const [other, word] of words.entries()) if (word?.isPause === false) words[other] = undefined;
    words[source] = this.#word(source, true);
  }

  #hearResume(source: number, scope: string, resume: unknown): boolean {
    const words = this.#words.get(scope);
    // Of an op that there was no room for, nobody knows who paused it.
    if (!words) return this.#hasRoomFor(scope);
    words[source] = this.#word(source, false, resume);
    if (words.some(isPause)) return false;
    this.#words.delete(scope);
    return true;
  }

  #hasRoomFor(scope: string): boolean {
    return this.fullness < 1 || scopeOfId(scope) !== "op";
  }

  #word(source: number, isPause: boolean, resume?: unknown): Word {
    return { isPause, resume, epoch: this.#epochOf(source) };
  }

  #epochOf(source: number): number {
    return this.#epochs[source] ?? 0;
  }
}

function isPause(word: Word | undefined): boolean {
  return word?.isPause === true;
}
