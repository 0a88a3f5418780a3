import { Observable, type Subscriber } from "rxjs";

/**
 * A hot Observable and the means to feed it: what an RxJS Subject is, but built for many subscribers that come and go.
 *
 * A Subject keeps its observers in an array and searches it whenever one leaves: 100,000 `awaitOp` waiters on one op,
 * each of which leaves as it is released, took 12.6 s (10,000: 0.3 s). Here they are a set, or the one subscriber that
 * an op mostly has: a set for each of 100,000 ops made their release a third slower. And a subscriber that throws past
 * RxJS (a Subscriber of one's own may) does not keep the ones behind it from being told.
 *
 * @internal
 */
export class Multicast<T> {
  readonly #onThrow: (thrown: unknown) => void;
  #subscribers: Subscriber<T> | Set<Subscriber<T>> | undefined;
  #snapshot: readonly Subscriber<T>[] | undefined;
  #end: ((subscriber: Subscriber<T>) => void) | undefined;

  constructor(onThrow: (thrown: unknown) => void) {
    this.#onThrow = onThrow;
  }

  get observed(): boolean {
    return this.size > 0;
  }

  /** How many are subscribed. */
  get size(): number {
    return this.#subscribers instanceof Set ? this.#subscribers.size : Number(this.#subscribers !== undefined);
  }

  get ended(): boolean {
    return this.#end !== undefined;
  }

  asObservable(): Observable<T> {
    return new Observable((subscriber) => {
      this.add(subscriber);
    });
  }

  /** Subscribes; whoever comes after the end is told the end. `onLeave` is called once the subscriber has left. */
  add(subscriber: Subscriber<T>, onLeave?: () => void): void {
    if (this.#end) {
      this.#end(subscriber);
      return;
    }
    if (this.#subscribers instanceof Set) this.#subscribers.add(subscriber);
    else this.#subscribers = this.#subscribers ? new Set([this.#subscribers, subscriber]) : subscriber;
    this.#snapshot = undefined;
    subscriber.add(() => {
      if (this.#subscribers instanceof Set) this.#subscribers.delete(subscriber);
      else this.#subscribers = undefined;
      this.#snapshot = undefined;
      onLeave?.();
    });
  }

  /** Who is subscribed now; whoever subscribes while these are being told is not among them. */
  subscribers(): readonly Subscriber<T>[] {
    return (this.#snapshot ??= this.#all());
  }

  next(value: T, subscribers = this.subscribers()): void {
    if (subscribers.length === 0) return;
    this.#tell(subscribers, (subscriber) => {
      subscriber.next(value);
    });
  }

  error(error: unknown): void {
    this.prepareError(error)();
  }

  complete(): void {
    this.prepareComplete()();
  }

  /** Ends with the error for whoever comes from now on, and returns how to tell it to everyone who is subscribed. */
  prepareError(error: unknown): () => void {
    return this.#prepareEnd((subscriber) => {
      subscriber.error(error);
    });
  }

  /** Completes for whoever comes from now on, and returns how to tell it to everyone who is subscribed. */
  prepareComplete(): () => void {
    return this.#prepareEnd((subscriber) => {
      subscriber.complete();
    });
  }

  #all(): readonly Subscriber<T>[] {
    if (this.#subscribers instanceof Set) return [...this.#subscribers];
    return this.#subscribers ? [this.#subscribers] : [];
  }

  #prepareEnd(end: (subscriber: Subscriber<T>) => void): () => void {
    if (this.#end) return () => undefined;
    this.#end = end;
    const subscribers = this.subscribers();
    return () => {
      this.#tell(subscribers, end);
    };
  }

  #tell(subscribers: readonly Subscriber<T>[], notify: (subscriber: Subscriber<T>) => void): void {
    for (const subscriber of subscribers) {
      try {
        notify(subscriber);
      } catch (thrown) {
        this.#onThrow(thrown);
      }
    }
  }
}
