import type { NatsConnection } from "@nats-io/transport-node";
import { concat, defer, EMPTY, filter, ignoreElements, type Observable, take, throwError } from "rxjs";
import { AssemblyError } from "../errors.js";
import { statusesOf } from "./statusesOf.js";

/**
 * Errors when a shared connection is closed, which no connection comes back from; emits nothing.
 *
 * @internal
 */
export function closing(bus: NatsConnection): Observable<never> {
  const closed$ = defer(() => (bus.isClosed() ? EMPTY : statusesOf(bus).pipe(filter(({ type }) => type === "close"))));
  const isClosed =
    "the connection to the bus was closed, by its owner or because it has given up reconnecting (maxReconnectAttempts)";
  return concat(
    closed$.pipe(take(1), ignoreElements()),
    throwError(() => new AssemblyError(isClosed)),
  );
}
