import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { OpsClient } from "../../lib/rest/OpsClient.js";

const MAIN = join(import.meta.dirname, "../../lib/cli/main.ts");

interface Listening {
  readonly type: string;
  readonly endpoint: string;
  readonly apiUrl: string;
}

/** `rx-op-control gateway --nats`, as a process that can be killed and started again where it was. */
export class GatewayProcess {
  readonly #bus: string;
  #child: ChildProcess | undefined;
  #ports = ["--port", "0", "--api-port", "0"];
  endpoint = "";
  apiUrl = "";

  private constructor(bus: string) {
    this.#bus = bus;
  }

  static async start(bus: string): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(bus);
    await gateway.restart();
    return gateway;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** An operator's client of its REST API. */
  get operator(): OpsClient {
    return new OpsClient({ apiUrl: this.apiUrl });
  }

  async restart(): Promise<void> {
    const args = ["--import", "tsx", MAIN, "gateway", "--json", "--nats", this.#bus, ...this.#ports];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    const lines = createInterface(child.stdout);
    const ended = once(child, "exit").then(() => {
      throw new Error("a gateway has ended before it was listening");
    });
    const [line] = (await Promise.race([once(lines, "line"), ended])) as [string];
    const { endpoint, apiUrl } = JSON.parse(line) as Listening;
    this.endpoint = endpoint;
    this.apiUrl = apiUrl;
    const portOf = (url: string): string => new URL(url).port;
    this.#ports = ["--port", portOf(`http://${endpoint}`), "--api-port", portOf(apiUrl)];
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
}
