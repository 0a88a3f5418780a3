import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { BehaviorSubject, filter, firstValueFrom, fromEvent, map, type Observable, takeUntil } from "rxjs";
import type { OpControlSignal } from "../../lib/opStatus.js";
import type { RawSignal } from "../../lib/testing/RawSignal.js";
import { rebind } from "../../lib/testing/rebind.js";
import type { Commands, Firehose, Request } from "../fixtures/gatewayProcess.js";

const FIXTURE = join(import.meta.dirname, "../fixtures/gatewayProcess.ts");

/** What the child says: that it is up, how many are subscribed, or what became of a request. */
interface Report {
  readonly up?: true;
  readonly subscribers?: number;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A DevGateway in a process of its own, which can be stopped and killed as processes are. */
export class GatewayProcess implements AsyncDisposable {
  readonly #subscribers$ = new BehaviorSubject(0);
  #child: ChildProcess;
  #endpoint = "";
  #requests = 0;

  private constructor() {
    this.#child = this.#fork();
  }

  static async start(port = 0): Promise<GatewayProcess> {
    const gateway = new GatewayProcess();
    await gateway.#begin(() => gateway.#listen(port));
    return gateway;
  }

  /** Where it listens, also after a restart. */
  get endpoint(): string {
    return this.#endpoint;
  }

  get port(): number {
    return Number(this.#endpoint.split(":")[1]);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get subscribers(): number {
    return this.#subscribers$.value;
  }

  /** How many are subscribed, now and whenever it changes; 0 when the process is dead. */
  get subscribers$(): Observable<number> {
    return this.#subscribers$.asObservable();
  }

  /** When so many are subscribed. */
  async subscribed(count: number): Promise<void> {
    await firstValueFrom(this.#subscribers$.pipe(filter((subscribers) => subscribers === count)));
  }

  async signal(opId: string, signal: OpControlSignal): Promise<void> {
    await this.#ask("signal", opId, signal);
  }

  async haltFleet(signal: OpControlSignal): Promise<void> {
    await this.#ask("haltFleet", signal);
  }

  async send(signal: RawSignal): Promise<void> {
    await this.#ask("send", signal);
  }

  async endStreams(): Promise<void> {
    await this.#ask("endStreams");
  }

  /** Sends so many signals of a kind as fast as it can; resolves when the last is written, not when it has come. */
  async firehose(kind: Firehose, count: number): Promise<void> {
    await this.#ask("firehose", kind, count);
  }

  /** Stops it by SIGSTOP: its connections stay, and nobody answers on them. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  /** Lets it go on. */
  cont(): void {
    this.#child.kill("SIGCONT");
  }

  /** Ends it, stopped or not by default; resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    if (hasEnded(this.#child)) return;
    this.#child.kill(signal);
    await once(this.#child, "exit");
  }

  /** Starts it anew on the same port, as a process that knows nothing of what was. */
  async restart(): Promise<void> {
    const { port } = this;
    await this.kill();
    this.#child = this.#fork();
    await this.#begin(() => rebind(port, () => this.#listen(port)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }

  #fork(): ChildProcess {
    // Advanced, for a sequence is a bigint.
    const child = fork(FIXTURE, {
      execArgv: ["--import", "tsx"],
      serialization: "advanced",
      // grpc-js prints each port that it cannot have, which its answer says.
      env: { ...process.env, GRPC_VERBOSITY: "NONE" },
    });
    // Each request waits for its answer, and one that is stopped answers none.
    child.setMaxListeners(0);
    const killed = (): void => {
      child.kill("SIGKILL");
    };
    // A child that is stopped would not see that its parent has gone.
    process.once("exit", killed);
    child.once("exit", () => {
      process.off("exit", killed);
      this.#subscribers$.next(0);
    });
    child.on("message", ({ subscribers }: Report) => {
      if (subscribers !== undefined) this.#subscribers$.next(subscribers);
    });
    return child;
  }

  async #begin(listen: () => Promise<void>): Promise<void> {
    await firstValueFrom(reports(this.#child).pipe(filter(({ up }) => up === true)));
    try {
      await listen();
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async #listen(port: number): Promise<void> {
    this.#endpoint = (await this.#ask("start", port)) as string;
  }

  async #ask<C extends keyof Commands>(command: C, ...args: Parameters<Commands[C]>): Promise<unknown> {
    if (!this.#child.connected) throw new Error(`${command}: the gateway's process has ended`);
    const id = this.#requests++;
    const answer = firstValueFrom(
      reports(this.#child).pipe(
        filter((report) => report.id === id),
        map(({ result, error }) => {
          if (error !== undefined) throw new Error(`${command}: ${error}`);
          return result;
        }),
      ),
    );
    // Where it ends before it has read this, its end is the answer.
    this.#child.send({ id, command, args } satisfies Request, () => undefined);
    return await answer;
  }
}

/** What a child says until it ends. */
function reports(child: ChildProcess): Observable<Report> {
  return (fromEvent(child, "message") as Observable<[Report]>).pipe(
    map(([report]) => report),
    takeUntil(fromEvent(child, "exit")),
  );
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
