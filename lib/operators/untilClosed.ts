import { type MonoTypeOperatorFunction, Observable, type Subscription, takeUntil } from "rxjs";

/**
 * Ends a source once the subscription it serves is closed, also while it is still being subscribed: a source that emits
 * synchronously has given nobody a subscription yet that could be unsubscribed.
 *
 * @internal
 */
export function untilClosed<T>(subscription: Subscription): MonoTypeOperatorFunction<T> {
  return takeUntil(
    new Observable<void>((notifier) => {
      subscription.add(() => {
        notifier.next();
      });
    }),
  );
}
