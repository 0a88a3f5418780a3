import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

/** A request as it goes over the wire: nothing is put straight, as fetch does. */
export interface ApiRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What is no text is sent as JSON. */
  readonly body?: unknown;
}

/** What came back. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

const JSON_TYPE = { "content-type": "application/json" };

/** Asks a server of HTTP, on a connection of its own. */
export async function askApi(
  apiUrl: string | undefined,
  { method = "POST", path, headers = JSON_TYPE, body }: ApiRequest,
): Promise<ApiAnswer> {
  const sending = request(new URL(apiUrl!), { method, path, headers, agent: false });
  sending.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
  const [response] = (await once(sending, "response")) as [IncomingMessage];
  const said = await text(response);
  const isJson = response.headers["content-type"]?.includes("json");
  return { status: response.statusCode!, headers: response.headers, body: isJson && said ? JSON.parse(said) : said };
}
