import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** Passes connections on, and can have hardly any of them wait. In plain JavaScript, which starts at once. */
const SCRIPT = `
  const { connect, createServer } = require("node:net");
  const server = createServer((agent) => {
    const gateway = connect(Number(process.argv[1]), "127.0.0.1");
    agent.pipe(gateway).pipe(agent);
    for (const [socket, other] of [[agent, gateway], [gateway, agent]]) {
      socket.on("error", () => {}).on("close", () => other.destroy());
    }
  });
  server.listen({ host: "127.0.0.1", port: 0, backlog: 1 }, () => console.log(server.address().port));
  process.stdin.on("close", () => process.exit()).resume();
`;

/** More than wait where the backlog is 1. */
const FILLERS = 4;

/** A port of a process that can be stopped, with so many connections waiting for it that it answers no further SYN. */
export class UnansweredPort implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #fillers: Socket[] = [];
  #port = 0;

  private constructor(port: number) {
    this.#child = spawn(process.execPath, ["--eval", SCRIPT, String(port)], { stdio: ["pipe", "pipe", "inherit"] });
    process.once("exit", this.#kill);
  }

  /** As long as it is not stopped, it passes connections on. */
  static async inFrontOf({ port }: { readonly port: number }): Promise<UnansweredPort> {
    const unanswered = new UnansweredPort(port);
    const [line] = (await once(unanswered.#child.stdout!, "data")) as [Buffer];
    unanswered.#port = Number(line.toString());
    return unanswered;
  }

  get endpoint(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** From now on no SYN is answered: on one machine they arrive as they are sent. */
  stop(): void {
    this.#child.kill("SIGSTOP");
    for (let count = 0; count < FILLERS; count++) {
      this.#fillers.push(connect(this.#port, "127.0.0.1").on("error", () => undefined));
    }
  }

  cont(): void {
    for (const filler of this.#fillers.splice(0)) filler.destroy();
    this.#child.kill("SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cont();
    process.off("exit", this.#kill);
    this.#kill();
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  readonly #kill = (): void => {
    this.#child.kill("SIGKILL");
  };
}
