import { constants } from "node:os";
import type { Outcome } from "./Outcome.js";

/** Ends this process as another has ended: with its exit code, or by the signal that it died of. */
export function endAs(outcome: Outcome): never {
  if ("exitCode" in outcome) process.exit(outcome.exitCode);
  const { signal } = outcome;
  if (signal !== "SIGKILL") {
    // Whoever stops listening leaves the default behind, also where Node or our parent had another.
    process.on(signal, () => undefined);
    process.removeAllListeners(signal);
  }
  process.kill(process.pid, signal);
  // Still here: the first process of a container does not die of its own signals. Shells say it so.
  process.exit(128 + constants.signals[signal]);
}
