import type { OpControlMessage, OpState } from "../../lib/opStatus.js";

/** What a source said of a scope last, and when it was lost after that. */
interface Word {
  readonly signal: "PAUSE" | "RESUME";
  lostAt?: number;
}

/**
 * What the contract says of merged sources: a scope is paused from anybody's PAUSE until somebody has said RESUME after
 * that, and there is nobody whose last word is PAUSE. A loss takes a source's RESUMEs back at once, and its PAUSEs a
 * while later.
 */
export class MergeModel {
  readonly #words = new Map<string, Map<number, Word>>();
  readonly #states = new Map<string, OpState>();

  constructor(private readonly lagMs: number) {}

  stateOf(opId: string): OpState {
    return this.#states.get(keyOf(opId)) ?? "running";
  }

  say(source: number, { opId, signal }: OpControlMessage): void {
    const key = keyOf(opId);
    if (this.stateOf(opId) === "terminated") return;
    if (signal === "TERMINATE") {
      this.#states.set(key, "terminated");
      return;
    }
    const words = this.#words.get(key) ?? new Map<number, Word>();
    if (signal === "PAUSE") {
      this.#states.set(key, "paused");
      for (const [other, word] of words) if (word.signal === "RESUME") words.delete(other);
    } else if (this.stateOf(opId) === "running") return;
    this.#words.set(key, words.set(source, { signal }));
    this.#look(key, words);
  }

  lose(source: number, now: number): void {
    for (const words of this.#words.values()) {
      const word = words.get(source);
      if (word?.signal === "RESUME") words.delete(source);
      else if (word) word.lostAt ??= now;
    }
  }

  /** Everything is forgotten that is due. */
  forget(now: number): void {
    for (const [key, words] of this.#words) {
      for (const [source, { lostAt = Infinity }] of words) if (now >= lostAt + this.lagMs) words.delete(source);
      this.#look(key, words);
    }
  }

  #look(key: string, words: Map<number, Word>): void {
    const said = [...words.values()].map(({ signal }) => signal);
    if (this.#states.get(key) !== "paused" || said.includes("PAUSE") || !said.includes("RESUME")) return;
    this.#states.set(key, "running");
    words.clear();
  }
}

function keyOf(opId: string): string {
  return opId.startsWith("agent:") ? "agent:" : opId;
}
