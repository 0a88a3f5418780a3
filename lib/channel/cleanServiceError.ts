import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { MAX_LENGTH, printable } from "../printable.js";
import { isGrpc } from "./refusalIn.js";
import { withoutSecret } from "./withoutSecret.js";

/** What is known of the call besides its error. */
export interface CallCircumstances {
  /** Not to be shown, though the peer may repeat it. */
  readonly secret?: string | undefined;
  readonly isPlaintext?: boolean;
}

/** What grpc-js ends its details with when it has nothing to note. */
const NO_NOTE = /\. Resolution note: $/;

/** What grpc-js begins with, and the code says already. */
const NO_CONNECTION = /^No connection established\. Last error: /;

/** What call credentials throw follows on it, and may be secret. */
const FAILED_PLUGIN = /(Getting metadata from plugin failed) with error: .*/s;

/** What Node and OpenSSL say of a handshake that came to nothing; grpc-js makes UNAVAILABLE of all of it. */
const TLS_FAULT = /certificate|altnames|\bSSL\b|\bTLS\b|EPROTO/i;

/**
 * The error of a call, safe to show: what the peer put into `grpc-message` may carry newlines and escape codes, in the
 * message, the details and the stack alike, so the error is made anew. Where the code has a likely cause, it says so.
 *
 * @internal
 */
export function cleanServiceError(
  error: Error & Partial<ServiceError>,
  { secret, isPlaintext = false }: CallCircumstances = {},
): ServiceError {
  const code = error.code ?? status.UNKNOWN;
  const given = error.details ?? error.message;
  const readable = given
    .replace(NO_NOTE, "")
    .replace(FAILED_PLUGIN, "$1; its error is withheld, since it may be secret");
  const details = printable(secret === undefined ? readable : withoutSecret(readable, secret));
  const name = (status as Record<number, string | undefined>)[code] ?? "an unknown status";
  const message = messageOf(`${code} ${name}: `, details, likelyCause(code, readable, isPlaintext));
  return Object.assign(new Error(message), { code, details, metadata: trailersWithout(secret, error.metadata) });
}

/** With a likely cause it is short enough to be shown to the end, which is where that cause is. */
function messageOf(start: string, details: string, cause: string): string {
  if (cause === "") return start + details;
  const room = MAX_LENGTH - start.length - cause.length - 1;
  return start + printable(details.replace(NO_CONNECTION, ""), room) + cause;
}

function likelyCause(code: status, details: string, isPlaintext: boolean): string {
  if (code === status.UNIMPLEMENTED) {
    return " (the wrong port? the gateway's policy service usually listens on 50051)";
  }
  if (code !== status.UNAVAILABLE) return "";
  if (!isPlaintext) {
    return TLS_FAULT.test(details) ? " (TLS: do both sides expect it, and trust each other's certificate?)" : "";
  }
  // TCP was accepted, but no HTTP/2 came of it.
  const isNoHttp2 = details.includes("Last error: Failed to connect");
  return isNoHttp2 ? " (this connection is plaintext: does the gateway expect TLS?)" : "";
}

function trailersWithout(secret: string | undefined, metadata = new Metadata()): Metadata {
  if (secret === undefined) return metadata;
  const texts = Object.keys(metadata.getMap()).flatMap((key) => [key, ...metadata.get(key).map(String)]);
  if (texts.every((text) => withoutSecret(text, secret) === text)) return metadata;
  const kept = new Metadata();
  // That it came as gRPC makes an answer the gateway's own; in our words, since the peer's may hold the secret.
  if (isGrpc(String(metadata.get("content-type")[0]))) kept.set("content-type", "application/grpc");
  return kept;
}
