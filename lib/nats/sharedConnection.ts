import type { NatsConnection } from "@nats-io/transport-node";
import { catchError, defer, EMPTY, filter, map, merge, NEVER, type Observable, startWith, switchMap, take } from "rxjs";
import { statusesOf } from "./statusesOf.js";

/**
 * A connection that is somebody else's: emitted when it is answered on, which may be at once or when it has reconnected.
 *
 * What is asked of NATS meanwhile would be lost with the buffer that it empties as it reconnects.
 *
 * @internal
 */
export function sharedConnection(bus: NatsConnection): Observable<NatsConnection> {
  const reconnected$ = statusesOf(bus).pipe(filter(({ type }) => type === "reconnect"));
  const answered$ = reconnected$.pipe(
    startWith(undefined),
    switchMap(() => defer(() => bus.rtt()).pipe(catchError(() => EMPTY))),
  );
  return merge(answered$, NEVER).pipe(
    take(1),
    map(() => bus),
  );
}
