import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** As much waits to be written as a pipe holds; what nobody reads is not worth more. */
const MAX_WAITING = 65_536;
const FAREWELL_MS = 1_000;

const COPY_LINES = `while IFS= read -r line; do printf '%s\\n' "$line"; done`;

/**
 * Our stderr, written to by a process that may be kept waiting.
 *
 * It is the governed process's stderr as well: where its reader is slow, or Ctrl-S was pressed, a write of our own would
 * wait with it, and no signal of the gateway's would be obeyed meanwhile. A write that does not wait is no way out, for
 * that is a setting of the pipe itself, and the governed process would lose what it writes.
 */
export class UnblockedStderr implements AsyncDisposable {
  readonly #copier: ChildProcess;

  constructor() {
    // In a session of its own, where Ctrl-C does not reach it.
    this.#copier = spawn("/bin/sh", ["-c", COPY_LINES], { detached: true, stdio: ["pipe", 2, "ignore"] });
    // Where there is nobody to write to any more, or nothing to write with, nothing is lost but words.
    this.#copier.on("error", () => undefined);
    this.#copier.stdin?.on("error", () => undefined);
  }

  /** Writes whole lines, or drops them where too many wait already. */
  write(lines: string): void {
    const { stdin } = this.#copier;
    if (stdin?.writable && stdin.writableLength < MAX_WAITING) stdin.write(lines);
  }

  /** When all is written that can be. */
  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode, pid, stdin } = this.#copier;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    const ended = once(this.#copier, "exit");
    stdin?.end();
    const impatience = setTimeout(() => this.#copier.kill("SIGKILL"), FAREWELL_MS);
    await ended;
    clearTimeout(impatience);
  }
}
