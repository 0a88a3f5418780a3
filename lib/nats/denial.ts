import { type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { ignoreElements, map, type Observable } from "rxjs";
import { statusesOf } from "./statusesOf.js";

/**
 * Errors when the server denies us the messages of these consumers, which it tells the connection and not who asks;
 * emits nothing.
 *
 * @internal
 */
export function denial(bus: NatsConnection, consumers: readonly string[]): Observable<never> {
  return statusesOf(bus).pipe(
    map((status) => {
      if (status.type !== "error" || !(status.error instanceof PermissionViolationError)) return;
      const { subject } = status.error;
      if (consumers.some((name) => subject.endsWith(`.${name}`))) throw status.error;
    }),
    ignoreElements(),
  );
}
