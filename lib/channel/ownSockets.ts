import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Who makes sockets in an asynchronous context. */
interface Owner {
  readonly sockets: Set<Socket>;
  isOver: boolean;
}

/** Whose sockets those are that are made in an asynchronous context. */
const owners = new AsyncLocalStorage<Owner | undefined>();

/** Node publishes each client socket here as it is made, in the context of whoever made it. */
const SOCKETS = "net.client.socket";

let connecting = 0;

/** The sockets that came of something, and how to be done with them. */
export interface OwnSockets<T> {
  readonly opened: T;
  /** No further socket will be made: what it costs to know of them is no longer paid. */
  readonly connected: () => void;
  /** Destroys every socket that was made, and those that come too late unless they were all `connected`. */
  readonly destroy: () => void;
}

/**
 * Opens something that makes sockets of its own, and keeps hold of them.
 *
 * grpc-js lets go of a connection only once it stands: a TCP connection that is not accepted (135 s), a TLS handshake
 * or HTTP/2 SETTINGS that never come outlive their closed client, each with a file descriptor, and keep the process
 * from exiting. And a client that could not connect does so once more after it was closed, when its own backoff is over:
 * that connection would stand for as long as the gateway does. Nothing of grpc-js's leads to those sockets, but Node
 * tells of every one.
 *
 * An AsyncLocalStorage costs every asynchronous step of the process a little on Node 20, so it is in use while something
 * connects and no longer.
 *
 * @param lateMs How long after `destroy` a socket may still be made.
 * @internal
 */
export function ownSockets<T>(open: () => T, lateMs = 0): OwnSockets<T> {
  const owner: Owner = { sockets: new Set(), isOver: false };
  if (connecting++ === 0) subscribe(SOCKETS, keep);
  let isConnecting = true;
  const connected = (): void => {
    if (!isConnecting) return;
    isConnecting = false;
    if (--connecting > 0) return;
    unsubscribe(SOCKETS, keep);
    owners.disable();
  };
  const destroy = (): void => {
    owner.isOver = true;
    for (const socket of owner.sockets) socket.destroy();
    if (lateMs > 0 && isConnecting) setTimeout(connected, lateMs).unref();
    else connected();
  };
  return { opened: owners.run(owner, open), connected, destroy };
}

function keep(message: unknown): void {
  const { socket } = message as { readonly socket: Socket };
  const owner = owners.getStore();
  if (!owner) return;
  owner.sockets.add(socket);
  socket.once("close", () => owner.sockets.delete(socket));
  // Node tells of it before it connects, which would undo what is done at once; on the next tick no SYN is sent yet.
  if (owner.isOver) process.nextTick(() => socket.destroy());
}

/**
 * Does something on behalf of the host application: the sockets that it makes, then or later, are its own. What comes
 * out of a connection is told in the context in which that was opened, and may be kept there for good.
 *
 * @internal
 */
export function onTheHostsBehalf<T>(act: () => T): T {
  return owners.getStore() ? owners.run(undefined, act) : act();
}
