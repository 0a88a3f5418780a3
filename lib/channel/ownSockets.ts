import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Whose sockets those are that are made in an asynchronous context. */
const owners = new AsyncLocalStorage<Set<Socket>>();

/** Node publishes each client socket here as it is made, in the context of whoever made it. */
const SOCKETS = "net.client.socket";

let connecting = 0;

/** The sockets that came of something, and how to be done with them. */
export interface OwnSockets<T> {
  readonly opened: T;
  /** No further socket will be made: what it costs to know of them is no longer paid. */
  readonly connected: () => void;
  /** Destroys every socket that was made. */
  readonly destroy: () => void;
}

/**
 * Opens something that makes sockets of its own, and keeps hold of them.
 *
 * grpc-js lets go of a connection only once it stands: a TCP connection that is not accepted (135 s), a TLS handshake
 * or HTTP/2 SETTINGS that never come outlive their closed client, each with a file descriptor, and keep the process
 * from exiting. Nothing of grpc-js's leads to those sockets, but Node tells of every one.
 *
 * An AsyncLocalStorage costs every asynchronous step of the process a little on Node 20, so it is in use while something
 * connects and no longer.
 *
 * @internal
 */
export function ownSockets<T>(open: () => T): OwnSockets<T> {
  const sockets = new Set<Socket>();
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
    connected();
    for (const socket of sockets) socket.destroy();
  };
  return { opened: owners.run(sockets, open), connected, destroy };
}

function keep(message: unknown): void {
  const { socket } = message as { readonly socket: Socket };
  const sockets = owners.getStore();
  if (!sockets) return;
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
}
