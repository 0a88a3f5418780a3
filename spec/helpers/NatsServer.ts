import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isStopped } from "./procfs.js";

/** `nats-server` of the path, or another one that is named. */
const BINARY = process.env["OP_CONTROL_NATS_SERVER"] ?? "nats-server";

/** Debian puts it where not everybody looks. */
const env = { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/local/sbin:/usr/sbin` };

const version = /v(\d+)\.(\d+)/.exec(spawnSync(BINARY, ["--version"], { encoding: "utf8", env }).stdout || "");

const MISSING = `${BINARY} is missing: apt-get install nats-server, or name one in OP_CONTROL_NATS_SERVER`;

/** A suite that needs a NATS server: where there is none it is skipped, and fails where all is to be tested (CI). */
export function describeWithNats(title: string, suite: (this: Mocha.Suite) => void): void {
  if (version) {
    describe(title, suite);
  } else if (process.env["CI"] === undefined) {
    describe.skip(`${title} (skipped: ${MISSING})`, suite);
  } else {
    it(title, () => {
      throw new Error(MISSING);
    });
  }
}

/** Whether the server can have one consumer over several subjects. */
export const hasMultipleFilters = Number(version?.[1]) > 2 || Number(version?.[2]) >= 10;

/** How it is to be, but for its ports and its folder. */
export interface NatsServerConfig {
  readonly jetStream?: boolean;
  /** More of its configuration file. */
  readonly config?: string;
}

/** A NATS server in a process of its own, with JetStream unless said otherwise, on free ports and in a folder of its own. */
export class NatsServer implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "nats-server-"));
  readonly #options: NatsServerConfig;
  #port = -1;
  #monitor = -1;
  #child: ChildProcess | undefined;

  private constructor(options: NatsServerConfig) {
    this.#options = options;
  }

  static async start(options: NatsServerConfig = {}): Promise<NatsServer> {
    const server = new NatsServer(options);
    await server.#start();
    return server;
  }

  /** Where it listens, also after a restart. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** How many connections it has now. */
  async connections(): Promise<number> {
    const answer = await fetch(`http://127.0.0.1:${this.#monitor}/connz`);
    return ((await answer.json()) as { num_connections: number }).num_connections;
  }

  /** What it has done with the processor so far, in milliseconds, as Linux tells it. */
  get processorMs(): number {
    const stat = readFileSync(`/proc/${String(this.#child?.pid)}/stat`, "utf8");
    // What comes behind its name, in hundredths of a second: the time of its own, and of the kernel's for it.
    const [user, system] = stat.slice(stat.lastIndexOf(")")).split(" ").slice(12);
    return (Number(user) + Number(system)) * 10;
  }

  /** How much memory it has now, in MB, as Linux tells it. */
  get memoryMb(): number {
    const status = readFileSync(`/proc/${String(this.#child?.pid)}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
  }

  /** Stops it by SIGSTOP: its connections stay, and nobody answers on them. */
  stop(): void {
    const { pid } = this.#child ?? {};
    if (pid === undefined) return;
    process.kill(pid, "SIGSTOP");
    // On a busy machine it may go on for a moment.
    while (!isStopped(pid)) continue;
  }

  /** Lets it go on. */
  cont(): void {
    this.#child?.kill("SIGCONT");
  }

  /** Ends it, stopped or not by default; resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  /** Starts it anew on the same ports and with what it has stored; one that runs is ended first, in order. */
  async restart(): Promise<void> {
    await this.kill("SIGTERM");
    await this.#start();
  }

  /** What it has stored, as a copy to go back to; of a server that has ended. */
  backup(): () => void {
    const copy = join(this.#folder, "copy");
    const store = join(this.#folder, "store");
    cpSync(store, copy, { recursive: true });
    return () => {
      rmSync(store, { recursive: true });
      cpSync(copy, store, { recursive: true });
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const { jetStream = true, config = "" } = this.#options;
    const file = join(this.#folder, "nats.conf");
    const store = jetStream ? `jetstream { store_dir: "${join(this.#folder, "store")}" }` : "";
    const ports = `listen: "127.0.0.1:${this.#port}"\nhttp: "127.0.0.1:${this.#monitor}"`;
    writeFileSync(file, [ports, store, config].join("\n"));
    const child = spawn(BINARY, ["-c", file], { stdio: ["ignore", "ignore", "pipe"], env });
    this.#child = child;
    const killed = (): void => {
      child.kill("SIGKILL");
    };
    process.once("exit", killed);
    child.once("exit", () => process.off("exit", killed));
    const log = await untilReady(child);
    this.#port = Number(/Listening for client connections on [^:]+:(\d+)/.exec(log)?.[1]);
    this.#monitor = Number(/Starting http monitor on [^:]+:(\d+)/.exec(log)?.[1]);
  }
}

/** What it has logged until then. */
async function untilReady(child: ChildProcess): Promise<string> {
  let log = "";
  const { stderr } = child;
  if (!stderr) throw new Error("a server whose log nobody reads");
  return new Promise((resolve, reject) => {
    stderr.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      if (log.includes("Server is ready")) resolve(log);
    });
    child.once("error", (cause) => {
      reject(new Error(MISSING, { cause }));
    });
    child.once("close", () => {
      reject(new Error(`${BINARY} has ended:\n${log}`));
    });
  });
}
