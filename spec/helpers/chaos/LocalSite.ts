import type { AgentIdentity } from "../../../lib/options.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import type { DevGatewayOptions } from "../../../lib/testing/DevGatewayOptions.js";
import type { RawSignal } from "../../../lib/testing/RawSignal.js";
import { retry } from "./retry.js";
import type { Site } from "./Site.js";
import { serverTls } from "./tls.js";

/** A gateway in this process, with everything that can be done to a DevGateway. */
export class LocalSite implements Site {
  readonly filters = true;
  readonly endpoint: string;
  readonly #options: DevGatewayOptions;
  #gateway: DevGateway | undefined;
  /** Those that make way, for as long as somebody is subscribed to them. */
  readonly #leaving = new Set<DevGateway>();

  private constructor(
    readonly name: string,
    readonly isTls: boolean,
    /** The valid ones, where one is asked for; the gateway looks them up each time, so that they can be changed. */
    readonly tokens: Record<string, AgentIdentity> | undefined,
    gateway: DevGateway,
    options: DevGatewayOptions,
  ) {
    this.#gateway = gateway;
    this.#options = options;
    this.endpoint = gateway.endpoint;
  }

  static async start(
    name: string,
    { isTls = false, tokens }: { isTls?: boolean; tokens?: Record<string, AgentIdentity> } = {},
  ): Promise<LocalSite> {
    const options = { ...(isTls && { credentials: serverTls }), ...(tokens && { tokens }) };
    const gateway = await DevGateway.start(options);
    return new LocalSite(name, isTls, tokens, gateway, { ...options, port: gateway.port });
  }

  /** The one that takes new subscribers. */
  get gateway(): DevGateway {
    if (!this.#gateway) throw new Error(`${this.name} is dead`);
    return this.#gateway;
  }

  send(signal: RawSignal, to?: AgentIdentity): void {
    for (const gateway of this.#leaving) gateway.send(signal, to);
    this.#gateway?.send(signal, to);
  }

  kill(): void {
    this.#gateway?.kill();
    this.#gateway = undefined;
  }

  async restart(): Promise<void> {
    this.#gateway ??= await retry(() => DevGateway.start(this.#options));
  }

  /** Makes way for a successor; resolves when every agent has gone over, and both send until then. */
  async drain(): Promise<void> {
    const { gateway } = this;
    this.#leaving.add(gateway);
    this.#gateway = undefined;
    const gone = gateway.drain();
    await this.restart();
    await gone;
    this.#leaving.delete(gateway);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const gateway of this.#leaving) gateway.kill();
    this.kill();
    return Promise.resolve();
  }
}
