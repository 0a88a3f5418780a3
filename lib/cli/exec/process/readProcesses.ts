import { readdirSync, readFileSync } from "node:fs";
import { parseStat, type ProcessInfo } from "./ProcessInfo.js";

/** All processes that can be seen now; none where there is no /proc as Linux has it. */
export function readProcesses(): readonly ProcessInfo[] {
  return pids().flatMap((pid) => readProcess(pid) ?? []);
}

/** One process, if it is there. */
export function readProcess(pid: number | string): ProcessInfo | undefined {
  try {
    // A name may be any bytes.
    return parseStat(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}

/** Whether a process was started with this text in its environment; of those that cannot be asked, it was not. */
export function hasInEnvironment(pid: number, text: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`).includes(text);
  } catch {
    return false;
  }
}

function pids(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
