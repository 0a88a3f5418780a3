import { setImmediate as nextTurn } from "node:timers/promises";
import { usedHeapMb } from "./measure.js";

const MAX_ROUNDS = 20;

/**
 * Collects garbage until the condition holds, and gives up in the end, for the caller to see that it does not. There is
 * a turn of the event loop before each collection, for what was looked at to be free, and one after it, for finalizers.
 */
export async function collectedUntil(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS && !isTrue(); round++) {
    await nextTurn();
    usedHeapMb();
    await nextTurn();
  }
}

/** Collects everything that can be, also what is free only once a finalizer has run. */
export async function collectEverything(): Promise<void> {
  for (let generation = 0; generation < 2; generation++) {
    let finalized = false;
    const finalizers = new FinalizationRegistry(() => {
      finalized = true;
    });
    const token = {};
    finalizers.register({}, undefined, token);
    await collectedUntil(() => finalized);
    // A registry that nobody holds any more would not run its finalizer.
    finalizers.unregister(token);
  }
}
