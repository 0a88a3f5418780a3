import { AuthorizationError, PermissionViolationError, UserAuthenticationExpiredError } from "@nats-io/transport-node";
import type { Refusal } from "../channel/refusalIn.js";
import { StreamMismatchError } from "./StreamUnusableError.js";

/** The same class says that a server which is busy has not got round to us. */
const NOT_IN_TIME = /timeout/i;

/**
 * Whether an attempt ended because the bus refuses us: with a stream that is for something else, or subjects that we may
 * not use (`"misconfigured"`), or since it does not know us.
 *
 * @internal
 */
export function refusalOfBus(error: unknown): Refusal {
  if (error instanceof StreamMismatchError || error instanceof PermissionViolationError) return "misconfigured";
  if (error instanceof UserAuthenticationExpiredError) return "unauthenticated";
  if (error instanceof AuthorizationError) return NOT_IN_TIME.test(error.message) ? undefined : "unauthenticated";
  // What NATS rejects a request with has the server's own error within.
  return error instanceof Error && error.cause !== undefined ? refusalOfBus(error.cause) : undefined;
}
