import type { ClientReadableStream } from "@grpc/grpc-js";
import { Observable } from "rxjs";
import { type CallCircumstances, cleanServiceError } from "./cleanServiceError.js";

/** What a server stream does until it ends. */
export type StreamEvent<T> = { readonly type: "headers" } | { readonly type: "message"; readonly message: T };

/**
 * A server-streaming call as a cold Observable: opened on subscription, cancelled on unsubscription.
 *
 * It emits `headers` when the server has accepted the call, then every message; completes when the server ends the
 * call in order, and errors with the `ServiceError` otherwise, made safe to show.
 *
 * `new Observable` and no `fromEvent`, because each listener has a duty that grpc-js punishes: `data` must take each
 * message at once (a reader that pauses lost 172 of 200 messages when the call failed behind them), and `error` must
 * stay listened to after our own `cancel()`, which reports CANCELLED to nobody otherwise and brings the process down.
 * Once unsubscribed, the up to 16 messages that still arrive fall on a closed subscriber.
 *
 * @internal
 */
export function openStream<T>(
  open: () => ClientReadableStream<T>,
  circumstances?: CallCircumstances,
): Observable<StreamEvent<T>> {
  return new Observable((subscriber) => {
    const call = open();
    call.on("metadata", () => {
      subscriber.next({ type: "headers" });
    });
    call.on("data", (message: T) => {
      subscriber.next({ type: "message", message });
    });
    call.on("error", (error) => {
      subscriber.error(cleanServiceError(error, circumstances));
    });
    call.on("end", () => {
      subscriber.complete();
    });
    return () => {
      call.cancel();
    };
  });
}
