/**
 * Does what is left to do on a connection in the next turn of the event loop, where nobody waits for it any more.
 *
 * NATS brings the process down where a connection that the server has ended just now is written to and closed in one
 * turn: the socket's error comes when nobody listens to it any longer.
 *
 * @internal
 */
export function inATurn(act: () => Promise<unknown>): void {
  setImmediate(() => {
    act().catch(() => undefined);
  });
}
