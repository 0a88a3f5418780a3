import type { ClientReadableStream } from "@grpc/grpc-js";
import { EMPTY, Observable } from "rxjs";
import { type CallCircumstances, cleanServiceError } from "./cleanServiceError.js";
import { isGrpc } from "./refusalIn.js";
import type { StreamAttempt, StreamEvent } from "./StreamAttempt.js";

/** What is known of a call, and what is to be told of it. */
export interface StreamCircumstances extends CallCircumstances {
  /** Listened to from the moment that the stream is live until it ends. */
  readonly whileLive$?: Observable<StreamEvent>;
  /** Called when the stream is live, before anybody is told: whoever is may let go at once. */
  readonly onLive?: () => void;
  /** Has things told, each in the context that it is to be told in. */
  readonly tell?: (act: () => void) => void;
}

const atOnce = (act: () => void): void => {
  act();
};

/**
 * A server-streaming call as a cold Observable: opened on subscription, cancelled on unsubscription.
 *
 * It is live when the server has accepted the call, and emits every message from then on; it completes when the server
 * ends the call in order, and errors with the `ServiceError` otherwise, made safe to show.
 *
 * `new Observable` and no `fromEvent`, because each listener has a duty that grpc-js punishes: `data` must take each
 * message at once (a reader that pauses lost 172 of 200 messages when the call failed behind them), and `error` must
 * stay listened to after our own `cancel()`, which reports CANCELLED to nobody otherwise and brings the process down.
 * Once unsubscribed, the up to 16 messages that still arrive fall on a closed subscriber. And each is told through
 * `tell` here, where an operator of its own would cost every message a tenth of all that this library adds to it.
 *
 * @internal
 */
export function openStream<T>(
  open: () => ClientReadableStream<T>,
  { whileLive$ = EMPTY, onLive, tell = atOnce, ...circumstances }: StreamCircumstances = {},
): StreamAttempt {
  return new Observable((subscriber) => {
    const call = open();
    let isLive = false;
    call.on("metadata", (metadata) => {
      // A web page has headers too: grpc-js tells of them, and of what it takes the page for only afterwards.
      isLive = isGrpc(String(metadata.get("content-type")[0]));
      if (!isLive) return;
      onLive?.();
      tell(() => {
        subscriber.next({ type: "live" });
      });
      subscriber.add(
        whileLive$.subscribe({
          next: (event) => {
            tell(() => {
              subscriber.next(event);
            });
          },
          error: (error: unknown) => {
            tell(() => {
              subscriber.error(error);
            });
          },
        }),
      );
    });
    call.on("data", (message: T) => {
      if (!isLive) return;
      tell(() => {
        subscriber.next({ type: "message", message });
      });
    });
    call.on("error", (error) => {
      tell(() => {
        subscriber.error(cleanServiceError(error, circumstances));
      });
    });
    call.on("end", () => {
      tell(() => {
        subscriber.complete();
      });
    });
    return () => {
      call.cancel();
    };
  });
}
