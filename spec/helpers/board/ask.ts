import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request, type RequestOptions } from "node:http";

/** What a server said. */
export interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks with whatever headers, a Host of somebody else's included, which `fetch` would not. */
export async function ask(
  url: string,
  { body = "", ...options }: RequestOptions & { body?: string } = {},
): Promise<Answer> {
  const sent = request(url, { agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, body: text };
}
