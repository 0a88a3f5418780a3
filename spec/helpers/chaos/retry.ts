import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 5_000;
const EVERY_MS = 50;

/** Tries to have a port back that somebody else on the machine may have been given meanwhile. */
export async function retry<T>(attempt: () => Promise<T>): Promise<T> {
  for (const began = performance.now(); ;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() - began > PATIENCE_MS) throw error;
      await sleep(EVERY_MS);
    }
  }
}
