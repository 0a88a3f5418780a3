import { aFewTurns } from "./turns.js";

/** What nobody handles of the Promises that are rejected by the work; mocha does not mind them, a process ends by them. */
export async function unhandledRejectionsDuring(work: () => unknown): Promise<unknown[]> {
  // Mocha's own listener emits the event a second time.
  const reasons = new Set<unknown>();
  const listen = (reason: unknown): void => {
    reasons.add(reason);
  };
  process.on("unhandledRejection", listen);
  try {
    await work();
    await aFewTurns();
  } finally {
    process.off("unhandledRejection", listen);
  }
  return [...reasons];
}
