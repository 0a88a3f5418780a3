import { expect } from "chai";
import type { Observable, Subscription } from "rxjs";

/** What a subscriber has been told so far. */
export interface Recording<T> {
  readonly values: T[];
  /** How it ended: `"completed"`, the error, or undefined while it has not. */
  end: unknown;
  readonly subscription: Subscription;
}

/** Subscribes now and writes down what it is told, for what is about the order within one tick. */
export function record<T>(source$: Observable<T>): Recording<T> {
  const values: T[] = [];
  let end: unknown;
  const subscription = source$.subscribe({
    next: (value) => {
      values.push(value);
    },
    error: (error: unknown) => {
      end = error;
    },
    complete: () => {
      end = "completed";
    },
  });
  return {
    values,
    get end() {
      return end;
    },
    subscription,
  };
}

/** The error that an Observable ends with at once, as an instance of its class. */
export function errorOf<E extends Error>(source$: Observable<unknown>, type: new (...args: never[]) => E): E {
  const { end } = record(source$);
  expect(end).to.be.instanceOf(type);
  return end as E;
}

/** The error that a Promise rejects with, as an instance of its class. */
export async function rejectionOf<E extends Error>(
  promise: Promise<unknown>,
  type: new (...args: never[]) => E,
): Promise<E> {
  const [outcome] = await Promise.allSettled([promise]);
  if (outcome.status === "fulfilled") expect.fail(`resolved with ${String(outcome.value)}`);
  expect(outcome.reason).to.be.instanceOf(type);
  return outcome.reason as E;
}
