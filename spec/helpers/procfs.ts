import { readFileSync } from "node:fs";
import { readProcess } from "../../lib/cli/exec/process/readProcesses.js";

/** Whether a process is there and was not only left for its parent to hear of. */
export function isAlive(pid: number): boolean {
  return readProcess(pid)?.isDead === false;
}

/** Whether a process was stopped by a signal. */
export function isStopped(pid: number): boolean {
  return readProcess(pid)?.isStopped === true;
}

/** What a process has used of the CPU itself, in clock ticks. */
export function cpuTicks(pid: number): number {
  const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return Number(user) + Number(system);
}

/** What lists of processes show of it. */
export function commandLineOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8");
}
