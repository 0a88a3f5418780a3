import { STATUS_CODES } from "node:http";

/**
 * An answer that says what is wrong, as RFC 7807 has it.
 *
 * @internal
 */
export function problem(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): Response {
  const body = { type: "about:blank", title: STATUS_CODES[status] ?? "Error", status, detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, "content-type": "application/problem+json" },
  });
}
