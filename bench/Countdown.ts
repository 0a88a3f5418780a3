/** Resolves when so many have been counted. */
export class Countdown {
  readonly zero: Promise<void>;
  #left: number;
  #resolve: () => void = () => undefined;

  constructor(count: number) {
    this.#left = count;
    this.zero = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  readonly count = (): void => {
    if (--this.#left === 0) this.#resolve();
  };
}
