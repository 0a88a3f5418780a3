/**
 * How long to wait between two attempts, in milliseconds.
 *
 * @inline
 */
export interface BackoffBounds {
  /** The most that the first wait may take; each further one may take twice as long. */
  readonly initialDelayMs: number;
  /** What no wait goes beyond. */
  readonly maxDelayMs: number;
}

/**
 * The waits between attempts: exponential, with full jitter, so that agents that lost one gateway together do not all
 * come back together.
 *
 * @internal
 */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: () => number;
  #waits = 0;

  /** @param random From 0 up to 1, as `Math.random` gives it. */
  constructor(bounds: BackoffBounds, random: () => number = Math.random) {
    this.#bounds = bounds;
    this.#random = random;
  }

  /** The next wait, in milliseconds. */
  nextDelayMs(): number {
    const { initialDelayMs, maxDelayMs } = this.#bounds;
    return Math.round(this.#random() * Math.min(maxDelayMs, initialDelayMs * 2 ** this.#waits++));
  }

  /** A wait at the slow end, for an answer that another attempt is not likely to change. */
  slowDelayMs(): number {
    const { maxDelayMs } = this.#bounds;
    return Math.round(maxDelayMs * (1 - this.#random() / 2));
  }

  reset(): void {
    this.#waits = 0;
  }
}
