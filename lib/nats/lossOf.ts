import { type NatsConnection, PermissionViolationError } from "@nats-io/transport-node";
import { concat, defer, EMPTY, ignoreElements, mergeMap, type Observable, of, throwError } from "rxjs";
import { describeError } from "../printable.js";
import { statusesOf } from "./statusesOf.js";

/**
 * Errors when the connection is lost, though it may be one that comes back; emits nothing.
 *
 * @internal
 */
export function lossOf(bus: NatsConnection): Observable<never> {
  return defer(() => {
    let reason: Error | undefined;
    const lost$ = defer(() => {
      const because = reason ? `: ${describeError(reason)}` : "";
      return throwError(() => new Error(`the connection to the bus was lost${because}`, { cause: reason }));
    });
    const statuses$ = bus.isClosed() ? EMPTY : statusesOf(bus);
    return concat(
      statuses$.pipe(
        mergeMap((status) => {
          // A subject that one may not use loses nobody the connection.
          if (status.type === "error" && !(status.error instanceof PermissionViolationError)) reason = status.error;
          return status.type === "disconnect" || status.type === "close" ? lost$ : of(status);
        }),
      ),
      lost$,
    ).pipe(ignoreElements());
  });
}
