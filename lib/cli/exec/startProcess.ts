import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Outcome } from "./Outcome.js";

/** Bears the mark by which a process is known to descend from one that we have started. */
const MARK_VARIABLE = "RX_OP_CONTROL_EXEC";

/** A process that was started. */
export interface Started {
  readonly pid: number;
  readonly ended: Promise<Outcome>;
}

/**
 * Starts a command in a session of its own, with our input and outputs and the mark in its environment.
 *
 * No shell stands in between that could hold it back for a moment: one loses variables of the environment whose names it
 * does not know how to spell, such as `npm_config_//…` or `my.setting`. Nor is one needed, for nothing can come between
 * the decision to start it and its start in the same turn of the event loop, and the guardian knows it by its mark.
 *
 * @throws The error of the operating system where it cannot be started.
 */
export async function startProcess([file = "", ...args]: readonly string[], mark: string): Promise<Started> {
  // A run that governs one that governs: each finds its own mark.
  const marks = [process.env[MARK_VARIABLE], mark].filter(Boolean).join(",");
  const child = spawn(file, args, {
    detached: true,
    stdio: "inherit",
    env: { ...process.env, [MARK_VARIABLE]: marks },
  });
  if (child.pid !== undefined) return { pid: child.pid, ended: endOf(child) };
  const [error] = (await once(child, "error")) as [Error];
  throw error;
}

async function endOf(child: ChildProcess): Promise<Outcome> {
  const [exitCode, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return signal ? { signal } : { exitCode: exitCode ?? 0 };
}
