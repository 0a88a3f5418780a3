import { STATUS_CODES } from "node:http";
import { parsed } from "./parsed.js";

/**
 * Why a request was refused, with the status before it: the detail of an RFC 7807 problem, or else what there is.
 *
 * @internal
 */
export function problemIn(status: number, body: string): string {
  const { detail, title } = Object(parsed(body)) as Readonly<Record<string, unknown>>;
  const said = [detail, title, STATUS_CODES[status]].filter((text) => typeof text === "string" && text.trim() !== "");
  return [status, ...said.slice(0, 1)].join(" ");
}
