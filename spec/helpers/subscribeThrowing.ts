import { noop, Observable, type Subscription } from "rxjs";

/**
 * Subscribes with a subscriber that throws past RxJS whenever it is told a value, but for the first few (none by
 * default). An observer's function cannot: RxJS catches what it throws.
 */
export function subscribeThrowing<T>(source$: Observable<T>, thrown: unknown, after = 0): Subscription {
  return new Observable<T>((subscriber) => {
    let taken = 0;
    subscriber.next = () => {
      if (++taken > after) throw thrown;
    };
    source$.subscribe(subscriber);
  }).subscribe({ error: noop });
}
