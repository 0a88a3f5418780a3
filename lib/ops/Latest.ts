import type { Subscriber } from "rxjs";
import type { OpStatus } from "../opStatus.js";
import { Multicast } from "./Multicast.js";

/**
 * A Multicast that starts everyone with its latest value, as a BehaviorSubject does; unlike one, also after its end.
 *
 * @internal
 */
export class Latest<T> extends Multicast<T> {
  #value: T;
  #failed = false;

  constructor(initial: T, onThrow: (thrown: unknown) => void) {
    super(onThrow);
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  override add(subscriber: Subscriber<T>, onLeave?: () => void): void {
    if (!this.ended) {
      // First in the set, then told: a change that the subscriber itself causes on being told must reach it.
      super.add(subscriber, onLeave);
      subscriber.next(this.#value);
      return;
    }
    if (!this.#failed || this.outlivesFailure(this.#value)) subscriber.next(this.#value);
    super.add(subscriber);
  }

  override next(value: T): void {
    this.prepare(value)();
  }

  override prepareError(error: unknown): () => void {
    this.#failed ||= !this.ended;
    return super.prepareError(error);
  }

  /** Whether a value is still told after the stream has ended with an error. */
  protected outlivesFailure(_value: T): boolean {
    return false;
  }

  /** Takes the value over at once, and returns how to tell it to everyone who is subscribed now. */
  prepare(value: T): () => void {
    const subscribers = this.take(value);
    return () => {
      this.tell(value, subscribers);
    };
  }

  /** Takes the value over at once, and returns who is to be told of it: everyone who is subscribed now. */
  take(value: T): readonly Subscriber<T>[] {
    this.#value = value;
    return this.subscribers();
  }

  /** Tells what was taken over. */
  tell(value: T, subscribers: readonly Subscriber<T>[]): void {
    super.next(value, subscribers);
  }
}

/**
 * The latest status of one op. When the channel has failed it tells nothing that a waiter could take for leave to run,
 * but an op that is terminated is still reported as such.
 *
 * @internal
 */
export class LatestStatus extends Latest<OpStatus> {
  protected override outlivesFailure(status: OpStatus): boolean {
    return status.state === "terminated";
  }
}
