/**
 * Makes `handle` see one event at a time, in the order of arrival, also when handling one causes the next.
 *
 * A subscriber that reacts to a PAUSE by causing a TERMINATE would otherwise have the TERMINATE told to everyone
 * before the subscribers behind it have heard of the PAUSE, and those would end up on PAUSE. A queue at the producer
 * cures it; `observeOn(queueScheduler)` at each subscriber does not.
 *
 * @internal
 */
export function firstInFirstOut<T>(handle: (event: T) => void): (event: T) => void {
  const waiting: T[] = [];
  let isHandling = false;
  let failure: { readonly thrown: unknown } | undefined;

  function handleSafely(event: T): void {
    try {
      handle(event);
    } catch (thrown) {
      failure ??= { thrown };
    }
  }

  return (event) => {
    if (isHandling) {
      waiting.push(event);
      return;
    }
    isHandling = true;
    handleSafely(event);
    if (waiting.length > 0) {
      for (const next of waiting) handleSafely(next);
      waiting.length = 0;
    }
    isHandling = false;
    if (!failure) return;
    const { thrown } = failure;
    failure = undefined;
    throw thrown;
  };
}
