import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";

/** One request of HTTP. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** As it goes over the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly signal: AbortSignal;
}

/** What was answered to it. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly location: string | undefined;
  readonly body: string;
}

/** 100,000 ops come to 20 MB. */
const MAX_BODY_LENGTH = 64 * 2 ** 20;

/**
 * Asks a server of HTTP once, on a connection of its own, and follows no redirect.
 *
 * Not with fetch: to that, `/ops/%2E%2E/pause` is `/pause`, and an op may be called so. And a connection that is kept
 * may be one that the server is about to close, which fails a request that should have stopped somebody.
 *
 * @internal
 */
export function exchange(server: URL, { body, ...request }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const open = server.protocol === "https:" ? requestHttps : requestHttp;
    open(server, { ...request, agent: false })
      .on("error", reject)
      .on("response", (response) => {
        answerOf(response).then(resolve, reject);
      })
      .end(body);
  });
}

async function answerOf(response: IncomingMessage): Promise<HttpAnswer> {
  const { statusCode = 0, statusMessage = "", headers } = response;
  let body = "";
  for await (const text of response.setEncoding("utf8") as AsyncIterable<string>) {
    body += text;
    if (body.length > MAX_BODY_LENGTH) throw new Error(`its answer is longer than ${MAX_BODY_LENGTH} characters`);
  }
  return { status: statusCode, statusText: statusMessage, location: headers.location, body };
}
