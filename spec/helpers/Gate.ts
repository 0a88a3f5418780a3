import { type MonoTypeOperatorFunction, type Observable, Subject, type Subscription } from "rxjs";
import type { OpStatus } from "../../lib/opStatus.js";
import { paused, running, terminated } from "./opControl.js";

/** A gate of one op that a spec plays by hand, for what is about the order within one tick. */
export class Gate {
  /** What was emitted so far, as one word. */
  emitted = "";
  /** How it ended: `"completed"`, the error, or undefined while it has not. */
  end: unknown;
  readonly #source = new Subject<string>();
  readonly #status = new Subject<OpStatus>();
  readonly #handlers = new Map<string, () => void>();
  readonly #subscription: Subscription;

  /** Subscribes at once, before there is a status or a value. */
  constructor(operator: (status$: Observable<OpStatus>) => MonoTypeOperatorFunction<string>) {
    this.#subscription = this.#source.pipe(operator(this.#status)).subscribe({
      next: (value) => {
        this.emitted += value;
        this.#handlers.get(value)?.();
      },
      error: (error: unknown) => {
        this.end = error;
      },
      complete: () => {
        this.end = "completed";
      },
    });
  }

  /** Whether the source or the statuses are subscribed to still. */
  get isSubscribed(): boolean {
    return this.#source.observed || this.#status.observed;
  }

  /** What the handler of that value does, after the value has been noted as emitted. */
  on(value: string, handler: () => void): this {
    this.#handlers.set(value, handler);
    return this;
  }

  emit(values: string): this {
    for (const value of values) this.#source.next(value);
    return this;
  }

  complete(): this {
    this.#source.complete();
    return this;
  }

  fail(error: Error): this {
    this.#source.error(error);
    return this;
  }

  pause(): this {
    this.#status.next(paused());
    return this;
  }

  resume(): this {
    this.#status.next(running());
    return this;
  }

  terminate(): this {
    this.#status.next(terminated());
    return this;
  }

  completeStatuses(): this {
    this.#status.complete();
    return this;
  }

  failStatuses(error: Error): this {
    this.#status.error(error);
    return this;
  }

  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }
}
