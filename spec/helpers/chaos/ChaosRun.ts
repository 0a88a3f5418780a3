import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { History } from "./History.js";

/** The run has found something wrong; the message carries the history. */
export class ChaosFailure extends Error {
  override readonly name = "ChaosFailure";
}

/** What everyone in a run shares: the history, and that the first thing that is wrong ends it. */
export class ChaosRun {
  readonly history = new History();
  readonly #seed: number;
  readonly #over = new AbortController();
  #failure: ChaosFailure | undefined;

  constructor(seed: number) {
    this.#seed = seed;
    // Everyone waits for it.
    setMaxListeners(0, this.over);
  }

  get failure(): ChaosFailure | undefined {
    return this.#failure;
  }

  /** Aborted when the run fails or comes to its end. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  get isOver(): boolean {
    return this.over.aborted;
  }

  /** Ends the run; only the first reason counts. It does not throw, for many of its callers are in callbacks of RxJS. */
  fail(who: string, what: string, opIds: readonly string[] = []): void {
    if (this.isOver) return;
    this.history.note(who, `WRONG: ${what}`);
    const history = this.history.print(opIds);
    this.#failure = new ChaosFailure(`${who}: ${what} (seed ${this.#seed})\n\n${history}\n\n${who}: ${what}`);
    this.end();
  }

  /** Lets a rejection end the run. */
  async guard(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.fail("chaos", error instanceof Error ? String(error.stack) : String(error));
    }
  }

  end(): void {
    this.#over.abort();
  }

  /** Waits, less long if the run is over before. */
  async pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.over });
    } catch {
      // Over.
    }
  }
}
