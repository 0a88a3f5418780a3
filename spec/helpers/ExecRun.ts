import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { filter, firstValueFrom, map, ReplaySubject, skip } from "rxjs";
import type { ExecEvent } from "../../lib/cli/exec/ExecEvent.js";
import { COMMAND } from "./processes.js";

type EventOf<T extends ExecEvent["type"]> = Extract<ExecEvent, { readonly type: T }>;

/** How it is run, besides with --json. */
interface ExecRunOptions {
  readonly options?: readonly string[];
  /** Where the op is registered; nowhere by default, for what listens at the usual place is none of ours. */
  readonly api?: string | undefined;
  readonly opId?: string;
  /** Leaves its stderr unread. */
  readonly isDeaf?: boolean;
}

const NOWHERE = "http://127.0.0.1:9";

let runs = 0;

/** A run of `rx-op-control exec`, and what it tells on stderr as NDJSON. */
export class ExecRun implements AsyncDisposable {
  /** One of its own, unless the spec says which. */
  readonly opId: string;
  readonly #child: ChildProcess;
  readonly #events$ = new ReplaySubject<ExecEvent>(Infinity);
  readonly #printed$ = new ReplaySubject<void>(1);
  readonly #output: Buffer[] = [];
  readonly #ended: Promise<number | string>;
  #stderr = "";

  constructor(
    { endpoint }: { readonly endpoint: string },
    command: readonly string[],
    { options = [], api = NOWHERE, opId = `run:${++runs}`, isDeaf = false }: ExecRunOptions = {},
  ) {
    this.opId = opId;
    const args = ["--json", "--gateway", endpoint, "--op", opId, "--api", api, ...options, "--", ...command];
    const [file, ...rest] = COMMAND;
    this.#child = spawn(file, [...rest, "exec", ...args], { stdio: "pipe" });
    this.#ended = once(this.#child, isDeaf ? "exit" : "close").then(([code, signal]) => {
      this.#events$.complete();
      this.#printed$.complete();
      return (code ?? signal) as number | string;
    });
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      this.#output.push(bytes);
      this.#printed$.next();
    });
    if (isDeaf || !this.#child.stderr) return;
    createInterface(this.#child.stderr).on("line", (line) => {
      this.#stderr += `${line}\n`;
      if (line.startsWith('{"type"')) this.#events$.next(JSON.parse(line) as ExecEvent);
    });
  }

  /** What the command has written to stdout, byte for byte. */
  get output(): Buffer {
    return Buffer.concat(this.#output);
  }

  get stdout(): string {
    return this.output.toString();
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Its process, not the one that it governs. */
  get pid(): number {
    return this.#child.pid!;
  }

  /** The event of that type, the first or a later one, that it tells or has told. */
  async event<T extends ExecEvent["type"]>(type: T, nth = 1): Promise<EventOf<T>> {
    const told$ = this.#events$.pipe(filter((event): event is EventOf<T> => event.type === type));
    return await firstValueFrom(told$.pipe(skip(nth - 1))).catch(() => {
      throw new Error(`it did not tell "${type}" (${nth}):\n${this.#stderr}`);
    });
  }

  /** When the command has printed something to that effect; returns what there is of it. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    const match$ = this.#printed$.pipe(
      map(() => pattern.exec(this.stdout)),
      filter((match) => match !== null),
    );
    return await firstValueFrom(match$).catch(() => {
      throw new Error(`it did not print ${String(pattern)}:\n${this.stdout}\n${this.#stderr}`);
    });
  }

  type(input: string | Uint8Array): void {
    this.#child.stdin?.write(input);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Its exit code, or the signal that it died of. */
  ended(): Promise<number | string> {
    return this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // What it governs is ended by its guardian.
    this.kill("SIGKILL");
    this.#child.stderr?.resume();
    await this.#ended;
  }
}
