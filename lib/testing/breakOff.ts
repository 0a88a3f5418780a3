import type { Socket } from "node:net";

/**
 * Ends a connection without any order: by TCP RST where there is one to send.
 *
 * @internal
 */
export function breakOff(socket: Socket): void {
  if (socket.connecting) {
    socket.once("connect", () => {
      breakOff(socket);
    });
    return;
  }
  if (isSendingFin(socket)) {
    socket.once("finish", () => {
      breakOff(socket);
    });
    return;
  }
  // A Unix domain socket has no resets, and would throw.
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}

/** For a turn of the event loop; a socket that is reset within it never closes, for libuv refuses (EINVAL). */
function isSendingFin({ writableEnded, writableFinished, writableLength, destroyed }: Socket): boolean {
  return writableEnded && !writableFinished && writableLength === 0 && !destroyed;
}
