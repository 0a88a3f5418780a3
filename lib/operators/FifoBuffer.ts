/**
 * A first-in-first-out buffer in constant time per value: `Array.shift` moves all that is behind, which makes the flush
 * of a long array quadratic.
 *
 * @internal
 */
export class FifoBuffer<T> {
  #values: (T | undefined)[] = [];
  #first = 0;

  get size(): number {
    return this.#values.length - this.#first;
  }

  push(value: T): void {
    this.#values.push(value);
  }

  /** Removes the oldest value; the caller knows that there is one. */
  shift(): T {
    const value = this.#values[this.#first] as T;
    this.#values[this.#first++] = undefined;
    // What is moved here is no more than what was taken since it was moved last.
    if (this.#first * 2 >= this.#values.length) this.#compact();
    return value;
  }

  clear(): void {
    this.#values = [];
    this.#first = 0;
  }

  #compact(): void {
    this.#values = this.#values.slice(this.#first);
    this.#first = 0;
  }
}
