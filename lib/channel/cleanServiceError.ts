import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { printable } from "../printable.js";

/** What is known of the call besides its error. */
export interface CallCircumstances {
  /** Not to be shown, though the peer may repeat it. */
  readonly secret?: string | undefined;
  readonly isPlaintext?: boolean;
}

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
  const details = printable(secret === undefined ? given : given.replaceAll(secret, "[credential token]"));
  const name = (status as Record<number, string | undefined>)[code] ?? "an unknown status";
  const message = `${code} ${name}: ${details}${likelyCause(code, details, isPlaintext)}`;
  return Object.assign(new Error(message), { code, details, metadata: trailersWithout(secret, error.metadata) });
}

function likelyCause(code: status, details: string, isPlaintext: boolean): string {
  if (code === status.UNIMPLEMENTED) {
    return " (the wrong port? the gateway's policy service usually listens on 50051)";
  }
  // TCP was accepted, but no HTTP/2 came of it.
  const isNoHttp2 = code === status.UNAVAILABLE && details.includes("Last error: Failed to connect");
  return isNoHttp2 && isPlaintext ? " (this connection is plaintext: does the gateway expect TLS?)" : "";
}

function trailersWithout(secret: string | undefined, metadata = new Metadata()): Metadata {
  const values = Object.keys(metadata.getMap()).flatMap((key) => metadata.get(key));
  const isRepeated = secret !== undefined && values.some((value) => value.includes(secret));
  return isRepeated ? new Metadata() : metadata;
}
