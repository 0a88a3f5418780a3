import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { printable } from "../printable.js";

/**
 * The error of a call, safe to show: what the peer put into `grpc-message` may carry newlines and escape codes, in the
 * message, the details and the stack alike, so the error is made anew.
 *
 * @internal
 */
export function cleanServiceError(error: Error & Partial<ServiceError>): ServiceError {
  const code = error.code ?? status.UNKNOWN;
  const details = printable(error.details ?? error.message);
  const name = (status as Record<number, string | undefined>)[code] ?? "an unknown status";
  const message = `${code} ${name}: ${details}`;
  return Object.assign(new Error(message), { code, details, metadata: error.metadata ?? new Metadata() });
}
