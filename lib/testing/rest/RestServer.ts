import { getRequestListener } from "@hono/node-server";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describeError } from "../../printable.js";
import type { RestOptions } from "../DevGatewayOptions.js";
import { opsApp } from "./opsApp.js";
import type { OpRegistry } from "./OpRegistry.js";
import { problem } from "./problem.js";
import { requestGuard } from "./requestGuard.js";

/**
 * The gateway's API server, listening.
 *
 * @internal
 */
export class RestServer {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server, host: string) {
    const { port } = server.address() as AddressInfo;
    this.#server = server;
    this.url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  }

  /** Starts listening; rejects where it cannot. */
  static async start(ops: OpRegistry, { host = "127.0.0.1", port = 0, apiKey }: RestOptions): Promise<RestServer> {
    const app = opsApp(ops, requestGuard({ host, apiKey }));
    const listener = getRequestListener(app.fetch, {
      // Request and Response are the process's own.
      overrideGlobalObjects: false,
      errorHandler: (error) => problem(400, describeError(error)),
    });
    const server = createServer((request, response) => void listener(request, response));
    server.listen(port, host);
    await once(server, "listening");
    return new RestServer(server, host);
  }

  /** Listens no more; requests that are being answered still are. */
  close(): void {
    this.#server.close();
  }

  /** Cuts every connection as well. */
  kill(): void {
    this.close();
    this.#server.closeAllConnections();
  }
}
