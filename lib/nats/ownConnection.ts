import { connect, type NatsConnection, type NodeConnectionOptions } from "@nats-io/transport-node";
import { concat, defer, finalize, from, NEVER, type Observable, tap } from "rxjs";
import { ownSockets } from "../channel/ownSockets.js";
import { answered } from "./answered.js";
import { inATurn } from "./inATurn.js";

/**
 * A connection of one's own: emitted when it stands, closed on unsubscription.
 *
 * It does not reconnect: an attempt that has lost its connection begins anew. And since NATS can give up an attempt to
 * connect by its own time-out only, the sockets of one that is unsubscribed from are destroyed.
 *
 * @internal
 */
export function ownConnection(
  options: NodeConnectionOptions & { readonly timeout: number },
): Observable<NatsConnection> {
  return defer(() => {
    let stands = false;
    const open = (): Promise<NatsConnection> =>
      answered(connect({ ...options, reconnect: false, waitOnFirstConnect: false }), "the last server asked");
    const { opened: connecting, connected, destroy } = ownSockets(open, options.timeout);
    return concat(from(connecting), NEVER).pipe(
      tap(() => {
        stands = true;
        connected();
      }),
      finalize(() => {
        if (!stands) destroy();
        // Behind all that is still to be written to it, which may take a turn.
        inATurn(async () => {
          const bus = await connecting;
          inATurn(() => bus.close());
        });
      }),
    );
  });
}
