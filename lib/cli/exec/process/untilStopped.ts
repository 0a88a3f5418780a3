import { readProcess } from "./readProcesses.js";

const POLL_MS = 1;

const nothing = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

/**
 * Waits, with all else, until processes that were sent a SIGSTOP have taken it, which those do at once that are not
 * waiting for a disk; up to a moment on the monotonic clock.
 */
export function untilStopped(pids: readonly number[], deadlineMs: number): void {
  while (pids.some(mayRun) && performance.now() < deadlineMs) Atomics.wait(nothing, 0, 0, POLL_MS);
}

function mayRun(pid: number): boolean {
  const process = readProcess(pid);
  return process !== undefined && !process.isStopped && !process.isDead;
}
