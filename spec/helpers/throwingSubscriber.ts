import { Subscriber } from "rxjs";

/* eslint-disable rxjs-x/no-subclass, @typescript-eslint/no-deprecated -- what RxJS advises against is what is tried */

/** A Subscriber of one's own that throws whatever it is told, where RxJS has no `catch`. */
class ThrowingSubscriber extends Subscriber<unknown> {
  readonly #message: string;

  constructor(message: string) {
    super();
    this.#message = message;
  }

  override next(): void {
    throw new Error(this.#message);
  }

  override error(): void {
    this.unsubscribe();
    throw new Error(this.#message);
  }
}

export function throwingSubscriber(message: string): Subscriber<unknown> {
  return new ThrowingSubscriber(message);
}
