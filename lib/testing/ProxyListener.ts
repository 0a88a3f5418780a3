import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

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
  #server: Server | undefined;

  constructor(port: number, onConnection: (agent: Socket) => void) {
    this.#port = port;
    this.#onConnection = onConnection;
  }

  get port(): number {
    return this.#port;
  }

  async listen(): Promise<void> {
    const server = (this.#server ??= this.#start());
    // One that is told to stop before it has begun may never begin, or not have heard of it, by the version of Node.
    if (!server.listening) await Promise.race([once(server, "listening"), once(server, "close")]);
    if (!this.#isCurrent(server)) server.close();
    else this.#port = (server.address() as AddressInfo).port;
  }

  stop(): void {
    this.#server?.close();
    this.#server = undefined;
  }

  #start(): Server {
    // What ends one direction is no reason to end the other: each end is passed on by itself.
    return createServer({ allowHalfOpen: true, noDelay: true }, this.#onConnection).listen(this.#port, PROXY_HOST);
  }

  #isCurrent(server: Server): boolean {
    return this.#server === server;
  }
}
