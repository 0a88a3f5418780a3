const MOST_SAMPLES = 20;

/**
 * The server's time, as well as a page can know it: each message says what time it was sent at, and the one that took
 * the least to come is nearest the truth.
 */
export class PageClock {
  readonly #local: () => number;
  #ahead: number[] = [];
  #frozenAt: number | undefined;

  constructor(local: () => number = Date.now) {
    this.#local = local;
  }

  /** In milliseconds since the epoch; stands still while nobody tells what happens. */
  get now(): number {
    return this.#frozenAt ?? this.#flowing;
  }

  hear(serverNow: number): void {
    this.#ahead.push(serverNow - this.#local());
    if (this.#ahead.length > MOST_SAMPLES) this.#ahead.shift();
    this.#frozenAt = undefined;
  }

  /** Another connection may have another way to take. */
  forget(): void {
    this.#ahead = [];
  }

  freezeAt(time: number): void {
    this.#frozenAt = time;
  }

  get #flowing(): number {
    return this.#local() + (this.#ahead.length > 0 ? Math.max(...this.#ahead) : 0);
  }
}
