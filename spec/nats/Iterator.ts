/** An iterator of NATS's: what is pushed is read later, and `stop` ends it. */
export class Iterator<T> implements AsyncIterable<T> {
  readonly #values: T[] = [];
  readonly #onStop: () => void;
  #wake: () => void = () => undefined;
  #isStopped = false;

  constructor(onStop: () => void = () => undefined) {
    this.#onStop = onStop;
  }

  push(value: T): void {
    this.#values.push(value);
    this.#wake();
  }

  stop(): void {
    this.#isStopped = true;
    this.#wake();
    this.#onStop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#values.length > 0) yield this.#values.shift() as T;
      if (this.#isStopped) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
