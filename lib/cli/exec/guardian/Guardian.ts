import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { BehaviorSubject, distinctUntilChanged, type Observable } from "rxjs";
import type { ProcessId } from "../process/descendants.js";
import type { ToGuardian } from "./GuardianMessages.js";

/** Beside this file, with its ending: sources are run as they are, and what is published is compiled. */
const FILE = fileURLToPath(import.meta.url).replace(/Guardian(\.[jt]s)$/, "guardianProcess$1");

const FAREWELL_MS = 1_000;

/**
 * A process that ends what is governed when we die without having done so, be it by SIGKILL.
 *
 * It lives in a session of its own and holds a channel from us, which the operating system closes with our end. It
 * needs no other process for its work, so that it also ends one that has used up all the processes there may be.
 */
export class Guardian implements AsyncDisposable {
  readonly #mark: string;
  readonly #armed$ = new BehaviorSubject(false);
  #child: ChildProcess | undefined;
  #root: ProcessId | undefined;

  /** @param mark What is governed has it in its environment. */
  constructor(mark: string) {
    this.#mark = mark;
    this.#start();
  }

  /** Whether it is on guard; one that dies is replaced. Errors where there can be none. */
  get armed$(): Observable<boolean> {
    return this.#armed$.pipe(distinctUntilChanged());
  }

  /** Says whom to guard. */
  guard(root: ProcessId): void {
    this.#root = root;
    if (this.#child) tell(this.#child, { type: "guard", root });
  }

  /** Lets it go: there is nobody to guard any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#armed$.complete();
    const child = this.#child;
    this.#child = undefined;
    if (!child || hasEnded(child)) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    tell(child, { type: "dismissed" });
    const impatience = setTimeout(() => child.kill("SIGKILL"), FAREWELL_MS);
    await ended;
    clearTimeout(impatience);
  }

  #start(): void {
    const child = fork(FILE, [this.#mark], {
      detached: true,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      execArgv: process.execArgv.filter((option) => !option.startsWith("--inspect")),
      env: withoutNodeOptions(),
    });
    this.#child = child;
    let isArmed = false;
    // It says one thing only: that it is there.
    child.once("message", () => {
      isArmed = true;
      if (this.#root) tell(child, { type: "guard", root: this.#root });
      this.#armed$.next(true);
    });
    child.once("error", (error) => {
      this.#armed$.error(new Error("no process can be started to guard it", { cause: error }));
    });
    child.once("exit", (code, signal) => {
      if (this.#child !== child) return;
      if (!isArmed) this.#armed$.error(new Error(`the process that guards it ended with ${signal ?? String(code)}`));
      else {
        this.#armed$.next(false);
        this.#start();
      }
    });
  }
}

/** What is meant for us, such as a debugger's port or an agent that traces, is not for it. */
function withoutNodeOptions(): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["NODE_OPTIONS"];
  return env;
}

function tell(child: ChildProcess, message: ToGuardian): void {
  // One that has ended meanwhile says so by itself.
  if (child.connected) child.send(message, () => undefined);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
