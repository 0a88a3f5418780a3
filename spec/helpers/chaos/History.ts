/** Something that happened, in milliseconds since the run began. */
interface Entry {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

/** So many signals are kept for the report; the ids of long ago are no longer signalled. */
const MAX_SIGNALS = 100_000;

/** All that happened in a run, for whoever has to understand why it failed. */
export class History {
  readonly #began = performance.now();
  readonly #events: Entry[] = [];
  #signals: (Entry & { readonly opId: string })[] = [];

  /** Milliseconds since the run began. */
  get now(): number {
    return Math.round(performance.now() - this.#began);
  }

  note(who: string, what: string): void {
    this.#events.push({ at: this.now, who, what });
  }

  noteSignal(who: string, opId: string, signal: string): void {
    this.#signals.push({ at: this.now, who, what: `${signal} ${opId}`, opId });
    if (this.#signals.length >= 2 * MAX_SIGNALS) this.#signals = this.#signals.slice(MAX_SIGNALS);
  }

  /** Everything but the signals, and of them those to these ids. */
  print(opIds: readonly string[]): string {
    const signals = this.#signals.filter(({ opId }) => opIds.includes(opId));
    return [...this.#events, ...signals]
      .sort((a, b) => a.at - b.at)
      .map(({ at, who, what }) => `${String(at).padStart(8)} ms  ${who.padEnd(14)} ${what}`)
      .join("\n");
  }
}
