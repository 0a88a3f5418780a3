import type { ConsumerMessages, ConsumerNotification, JsMsg } from "@nats-io/jetstream";
import {
  concat,
  defer,
  filter,
  finalize,
  from,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  share,
  switchMap,
  take,
  tap,
  throwError,
} from "rxjs";
import type { OpenConsumer } from "./openConsumers.js";

/** What a consumer delivers, and once that all has been which was there when it was created. */
export type Delivery = { readonly type: "message"; readonly message: JsMsg } | { readonly type: "caughtUp" };

/** How often it is asked whether what is awaited was taken off the stream meanwhile, as too old or by an operator. */
const RECOUNT_EVERY_MS = 1_000;

/** What tells that messages may be missing. Everything is begun anew then, from the last one that came. */
const troubles: Readonly<Partial<Record<ConsumerNotification["type"], string>>> = {
  heartbeats_missed: "the server has gone silent",
  consumer_not_found: "the consumer is gone",
  consumer_deleted: "the consumer was deleted",
  stream_not_found: "the stream is gone",
  no_responders: "JetStream does not respond",
  reset: "messages are missing",
};

/** Delivers until unsubscribed; errors where messages may be missing. */
export function deliveries({ consumer, pending }: OpenConsumer, heartbeatMs: number): Observable<Delivery> {
  return defer(() => consumer.consume({ idle_heartbeat: heartbeatMs })).pipe(
    switchMap((messages) => {
      let delivered = 0;
      const message$ = concat(
        from(messages),
        throwError(() => new Error("the consumer was closed")),
      ).pipe(
        tap(() => delivered++),
        share(),
      );
      const passed$ = message$.pipe(filter(({ info }) => delivered >= pending || info.pending === 0));
      const recounted$ = interval(RECOUNT_EVERY_MS).pipe(
        switchMap(() => consumer.info()),
        filter((info) => info.num_pending === 0 && info.delivered.consumer_seq <= delivered),
      );
      const reached$: Observable<unknown> = pending === 0 ? of(undefined) : merge(passed$, recounted$);
      const caughtUp$ = reached$.pipe(
        take(1),
        map((): Delivery => ({ type: "caughtUp" })),
      );
      return merge(
        message$.pipe(map((message): Delivery => ({ type: "message", message }))),
        caughtUp$,
        trouble(messages),
      ).pipe(finalize(() => void messages.close()));
    }),
  );
}

function trouble(messages: ConsumerMessages): Observable<never> {
  return from(messages.status()).pipe(
    mergeMap(({ type }) => {
      const reason = troubles[type];
      return reason === undefined ? [] : throwError(() => new Error(reason));
    }),
  );
}
