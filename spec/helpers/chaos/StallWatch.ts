const TICK_MS = 25;
const STALL_MS = 150;

/**
 * Notices when this process stood still. It holds both ends of every connection, so what was under way at a handover may
 * then be cut off by a timer that was due meanwhile, before it is read.
 */
export class StallWatch implements Disposable {
  stalls = 0;
  readonly #onStall: (since: number, lastedMs: number) => void;
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor(onStall: (since: number, lastedMs: number) => void) {
    this.#onStall = onStall;
    this.#timer = setInterval(() => this.#look(), TICK_MS);
  }

  #look(): void {
    const now = performance.now();
    const since = this.#last;
    this.#last = now;
    if (now - since <= STALL_MS) return;
    this.stalls++;
    this.#onStall(since, now - since);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
