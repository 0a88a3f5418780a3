import type { IncomingMessage } from "node:http";
import { parsed } from "../../rest/parsed.js";
import { problem } from "./problem.js";

const MAX_BYTES = 64 * 1024;

/**
 * The JSON object that a request carries, or the answer to one that carries none.
 *
 * @internal
 */
export async function jsonBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>> | Response> {
  if (!/^application\/([^;]+\+)?json *(;|$)/i.test(request.headers["content-type"] ?? "")) {
    return problem(415, "Content-Type must be application/json");
  }
  const text = await limitedText(request);
  if (text === undefined) return problem(413, `The body must not be larger than ${MAX_BYTES} bytes`);
  const body = parsed(text);
  const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
  return isObject ? (body as Readonly<Record<string, unknown>>) : problem(400, "The body must be a JSON object");
}

/**
 * What is beyond the limit is left to the server: to leave the loop here would break the connection off before the
 * answer.
 */
function limitedText(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request
      .on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BYTES) resolve(undefined);
        else chunks.push(chunk);
      })
      .on("end", () => {
        resolve(Buffer.concat(chunks).toString());
      })
      .on("error", reject);
  });
}
