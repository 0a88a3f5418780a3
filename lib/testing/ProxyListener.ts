import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { rebind } from "./rebind.js";

/** Proxies are for tests, and tests are on one machine. */
export const PROXY_HOST = "127.0.0.1";

/**
 * Listens on one port, off and on.
 *
 * @internal
 */
export class ProxyListener {
  readonly #onConnection: (agent: Socket) => void;
  #port: number;
  #hasListened = false;
  #server: Server | undefined;
  #listening: Promise<void> | undefined;
  #stopping = new AbortController();

  constructor(port: number, onConnection: (agent: Socket) => void) {
    this.#port = port;
    this.#onConnection = onConnection;
  }

  get port(): number {
    return this.#port;
  }

  listen(): Promise<void> {
    return (this.#listening ??= this.#listen(this.#stopping.signal));
  }

  stop(): void {
    this.#stopping.abort();
    this.#stopping = new AbortController();
    this.#listening = undefined;
    this.#server?.close();
    this.#server = undefined;
  }

  async #listen(stopped: AbortSignal): Promise<void> {
    const bind = () => this.#bind(stopped);
    try {
      await (this.#hasListened ? rebind(this.#port, bind, stopped) : bind());
    } catch (error) {
      if (stopped.aborted) return;
      this.#listening = undefined;
      throw error;
    }
  }

  async #bind(stopped: AbortSignal): Promise<void> {
    // What ends one direction is no reason to end the other: each end is passed on by itself.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, this.#onConnection);
    this.#server = server.listen(this.#port, PROXY_HOST);
    // One that is told to stop before it has begun may never begin, or not have heard of it, by the version of Node.
    await Promise.race([once(server, "listening"), once(server, "close")]);
    if (stopped.aborted) {
      server.close();
      return;
    }
    this.#port = (server.address() as AddressInfo).port;
    this.#hasListened = true;
  }
}
