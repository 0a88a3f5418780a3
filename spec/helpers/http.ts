import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { filter, firstValueFrom, ReplaySubject } from "rxjs";

/** How a request ended, as its server sees it: answered to the end, or cut off by the client before that. */
export type RequestEnd = "answered" | "cut";

/** A request that came in. */
export interface ServedRequest {
  readonly path: string;
  readonly response: ServerResponse;
  end: RequestEnd | undefined;
}

/** A plain HTTP server on a free port, which answers as the spec wants it and tells what becomes of each request. */
export class HttpServer implements AsyncDisposable {
  readonly requests: ServedRequest[] = [];
  readonly #server: Server;
  readonly #events$ = new ReplaySubject<ServedRequest>(Infinity);

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: (response: ServerResponse, path: string) => void): Promise<HttpServer> {
    const server = createServer();
    const started = new HttpServer(server);
    server.on("request", ({ url = "" }, response) => {
      const request: ServedRequest = { path: url, response, end: undefined };
      started.requests.push(request);
      started.#events$.next(request);
      response.on("close", () => {
        request.end = response.writableFinished ? "answered" : "cut";
        started.#events$.next(request);
      });
      answer(response, url);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return started;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** When a request to that path has come in. */
  arrived(path: string): Promise<ServedRequest> {
    return firstValueFrom(this.#events$.pipe(filter((request) => request.path === path)));
  }

  /** How the first request to that path ended, once it has. */
  async ended(path: string): Promise<RequestEnd | undefined> {
    const ended$ = this.#events$.pipe(filter((request) => request.path === path && request.end !== undefined));
    return (await firstValueFrom(ended$)).end;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
