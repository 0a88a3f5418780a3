import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { filter, firstValueFrom, ReplaySubject } from "rxjs";

const ROOT = resolve(import.meta.dirname, "../..");

/** How to run a TypeScript file of this tree, as `npm start` does. */
export const NODE = [process.execPath, "--import", "tsx"] as const;

/** The `rx-op-control` command: as `npm test` has built it, which starts in half the time, or of this tree as it is. */
export const COMMAND: readonly [string, ...string[]] = process.env["OP_CONTROL_BUILT"]
  ? [process.execPath, join(ROOT, "dist/lib/cli/main.js")]
  : [...NODE, join(ROOT, "lib/cli/main.ts")];

/** A child process and what it has printed. */
export class Run implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #changed$ = new ReplaySubject<void>(1);
  #stdout = "";
  #stderr = "";
  #exitCode: number | string | undefined;

  /** Starts it; what it reads is /dev/null, unless the spec means to type. */
  constructor([file, ...args]: readonly [string, ...string[]], { typing = false } = {}) {
    this.#child = spawn(file, args, { cwd: ROOT, stdio: [typing ? "pipe" : "ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#changed$.next();
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
      this.#changed$.next();
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.on("close", (code, signal) => {
      this.#exitCode = code ?? signal ?? "nothing";
      this.#changed$.next();
    });
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** When it has printed that, once it has printed what it was waited for before; a process that ends first fails. */
  async printed(text: string): Promise<void> {
    await this.#until(() => this.#stdout.includes(text) || this.#exitCode !== undefined);
    if (this.#stdout.includes(text)) return;
    throw new Error(
      `ended with ${String(this.#exitCode)} without printing "${text}":\n${this.#stdout}\n${this.#stderr}`,
    );
  }

  type(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Its exit code, or the name of the signal that ended it. */
  async exitCode(): Promise<number | string> {
    await this.#until(() => this.#exitCode !== undefined);
    return this.#exitCode ?? "nothing";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "close");
  }

  async #until(isTrue: () => boolean): Promise<void> {
    this.#changed$.next();
    await firstValueFrom(this.#changed$.pipe(filter(isTrue)));
  }
}
