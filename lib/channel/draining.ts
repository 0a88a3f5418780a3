import { type Client, connectivityState } from "@grpc/grpc-js";
import { filter, Observable, switchMap, take, timer } from "rxjs";

/** A connection that is cut leaves READY as well, and its stream fails within a turn of the event loop or two. */
const CONFIRM_MS = 10;

/**
 * Emits once when the gateway has said that it is going (HTTP/2 GOAWAY), for as long as the stream outlives it.
 *
 * grpc-js says nothing of it on the stream; the one sign is that the channel is no longer READY.
 *
 * @internal
 */
export function draining(client: Client): Observable<unknown> {
  return connectivity(client).pipe(
    filter((state) => state !== connectivityState.READY),
    take(1),
    switchMap(() => timer(CONFIRM_MS)),
  );
}

function connectivity(client: Client): Observable<connectivityState> {
  return new Observable((subscriber) => {
    const channel = client.getChannel();
    const isOver = (): boolean => subscriber.closed;
    const look = (): void => {
      // It calls back when the channel is closed too, with which the stream is over.
      if (isOver()) return;
      const state = channel.getConnectivityState(false);
      subscriber.next(state);
      if (!isOver()) channel.watchConnectivityState(state, Infinity, look);
    };
    look();
  });
}
