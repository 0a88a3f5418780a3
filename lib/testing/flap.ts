import { setTimeout as sleep } from "node:timers/promises";

/** What can be taken down and up. */
interface Link {
  readonly down: () => void;
  readonly up: () => Promise<void>;
}

/**
 * Takes a link down and up so many times, evenly, and leaves it to itself when it is told to stop.
 *
 * @internal
 */
export async function flap({ down, up }: Link, times: number, everyMs: number, signal: AbortSignal): Promise<void> {
  const halfATime = () => sleep(everyMs / 2, undefined, { signal });
  try {
    for (let flaps = 0; flaps < times; flaps++) {
      if (flaps > 0) await halfATime();
      down();
      await halfATime();
      await up();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
