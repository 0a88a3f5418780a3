import type { NatsConnection, Status } from "@nats-io/transport-node";
import { defer, finalize, from, type Observable } from "rxjs";

/**
 * What a connection says of itself, to the end of it.
 *
 * Unsubscribed from, an iterator of NATS's stays in the connection until that has something to say again, which on one
 * that is shared would be one for each attempt; so it is stopped, by a method that its type does not tell of.
 *
 * @internal
 */
export function statusesOf(bus: NatsConnection): Observable<Status> {
  return defer(() => {
    const statuses = bus.status() as AsyncIterable<Status> & { stop?: () => void };
    return from(statuses).pipe(finalize(() => statuses.stop?.()));
  });
}
