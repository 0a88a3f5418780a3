import { setImmediate as nextTurn } from "node:timers/promises";

/** Lets the event loop come round a few times, for all that is due without a timer. */
export async function aFewTurns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

/** Keeps the event loop standing still for so long. */
export function blockFor(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
