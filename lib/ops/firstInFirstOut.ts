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
  let waiting: T[] | undefined;

  return (event) => {
    if (waiting) {
      waiting.push(event);
      return;
    }
    const queue = (waiting = [event]);
    const thrown: unknown[] = [];
    for (const next of queue) {
      try {
        handle(next);
      } catch (error) {
        thrown.push(error);
      }
    }
    waiting = undefined;
    if (thrown.length > 0) throw thrown[0];
  };
}
