/** Does work in the order in which it comes, so much of it at a time. */
export class Pool {
  readonly #size: number;
  readonly #running = new Set<Promise<unknown>>();
  #waiting: (() => void)[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running.size >= this.#size) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
      this.#waiting.shift()?.();
    }
  }

  /** Begins nothing more, and resolves when nothing is under way: of work that nobody has asked for by now nobody will. */
  async end(): Promise<void> {
    this.#waiting = [];
    await Promise.allSettled(this.#running);
  }
}
