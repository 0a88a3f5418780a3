import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 20;
const PATIENCE_MS = 15_000;

/** When something holds of which nobody tells: what another process does, say. Fails after a while, with what is wrong. */
export async function eventually(holds: () => unknown, what: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${PATIENCE_MS} ms: ${what}`);
    await delay(POLL_MS);
  }
}
