import type { RawSignal } from "../../../lib/testing/RawSignal.js";
import { GatewayProcess } from "../GatewayProcess.js";
import { retry } from "./retry.js";
import type { Site } from "./Site.js";

/** A gateway in a process of its own, which can be stopped and killed. */
export class ChildSite implements Site {
  readonly isTls = false;
  readonly filters = false;

  private constructor(
    readonly name: string,
    readonly gateway: GatewayProcess,
  ) {}

  static async start(name: string): Promise<ChildSite> {
    return new ChildSite(name, await GatewayProcess.start());
  }

  get endpoint(): string {
    return this.gateway.endpoint;
  }

  send(signal: RawSignal): void {
    // A dead one answers nothing.
    this.gateway.send(signal).catch(() => undefined);
  }

  async restart(): Promise<void> {
    await retry(() => this.gateway.restart());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.gateway[Symbol.asyncDispose]();
  }
}
