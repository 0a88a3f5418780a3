import type { ConsumerMessages, ConsumerNotification, JsMsg } from "@nats-io/jetstream";
import {
  concatMap,
  defer,
  EMPTY,
  filter,
  finalize,
  forkJoin,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  share,
  Subject,
  switchMap,
  take,
  tap,
  throwError,
} from "rxjs";
import { nextTurn$ } from "../nextTurn.js";
import { isSamePosition, positionOf } from "./Cursor.js";
import { inATurn } from "./inATurn.js";
import type { OpenConsumer } from "./openConsumers.js";
import { silence } from "./silence.js";

/**
 * What a consumer delivers, and once that all has been which was there when it was created and while that was delivered.
 *
 * @internal
 */
export type Delivery = { readonly type: "message"; readonly message: JsMsg } | { readonly type: "caughtUp" };

/** The stream has another message, or none, where it had the one that was delivered last. */
export class StreamWentBackError extends Error {
  constructor() {
    super("the stream is not what it was: all that it retains is read anew");
  }
}

/** How many messages are under way at most, which is what an agent that is slow has to keep. */
const BATCH = 256;

/** How long a request for messages stands, unless two heartbeats take longer: the server refuses it then. */
const REQUEST_MS = 30_000;

/**
 * So many times what was published while one caught up is waited for as well. Whoever takes messages faster than they are
 * published gets there long before; nobody waits for ever.
 */
const MAX_ROUNDS = 20;

/** How often it is asked whether what is awaited was taken off the stream meanwhile, as too old or by an operator. */
const RECOUNT_EVERY_MS = 1_000;

/** What tells that messages may be missing. Everything is begun anew then, from the last one that came. */
const troubles: Readonly<Partial<Record<ConsumerNotification["type"], string>>> = {
  consumer_deleted: "the consumer was deleted",
  exceeded_limits: "the consumer's limits do not let us ask for messages",
  no_responders: "JetStream does not respond",
};

/** What only the server says; a request that has run out is told as "discard" or "debug". */
const signsOfLife: readonly ConsumerNotification["type"][] = ["heartbeat", "discard", "debug"];

/**
 * Delivers until unsubscribed; errors where messages may be missing.
 *
 * @param flush Resolves when the server has read all that was sent to it.
 * @internal
 */
export function deliveries(
  { consumer, pending, seen }: OpenConsumer,
  heartbeatMs: number,
  flush: () => Promise<unknown>,
): Observable<Delivery> {
  return defer(() => {
    const arrived$ = new Subject<JsMsg>();
    const consuming = consumer.consume({
      // No iterator: that one would queue what the socket has brought, and deliver it some microtasks later.
      callback: (message) => {
        arrived$.next(message);
      },
      max_messages: BATCH,
      idle_heartbeat: heartbeatMs,
      expires: Math.max(REQUEST_MS, 2 * heartbeatMs),
      abort_on_missing_resource: true,
    });
    return from(consuming).pipe(
      switchMap((messages) => {
        let delivered = 0;
        const message$ = arrived$.pipe(
          tap((message) => {
            if (message.info.deliverySequence !== ++delivered) throw new Error("messages of the bus are missing");
            if (delivered > 1 || !seen || isSamePosition(positionOf(message), seen)) return;
            throw new StreamWentBackError();
          }),
          share(),
        );
        const notification$ = from(messages.status()).pipe(share());
        let goal = pending;
        let rounds = 0;
        const passed$ = message$.pipe(
          filter(({ info }) => {
            if (info.pending === 0) return true;
            if (delivered < goal) return false;
            // What has come meanwhile may take back what is about to count.
            goal = delivered + info.pending;
            return ++rounds > MAX_ROUNDS;
          }),
        );
        const recounted$ = interval(RECOUNT_EVERY_MS).pipe(
          concatMap(() => consumer.info()),
          filter((info) => info.num_pending === 0 && info.delivered.consumer_seq <= delivered),
        );
        const reached$: Observable<unknown> = pending === 0 ? of(undefined) : merge(passed$, recounted$);
        return merge(
          pending === 0 && seen ? throwError(() => new StreamWentBackError()) : EMPTY,
          message$.pipe(
            filter(() => delivered > 1 || !seen),
            map((message): Delivery => ({ type: "message", message })),
          ),
          // The request for messages may be denied, which the server says before it answers this, and NATS a little later.
          forkJoin([reached$.pipe(take(1)), defer(flush).pipe(switchMap(() => nextTurn$))]).pipe(
            map((): Delivery => ({ type: "caughtUp" })),
          ),
          trouble(notification$, () => delivered),
          silence(merge(message$, notification$.pipe(filter(({ type }) => signsOfLife.includes(type)))), heartbeatMs),
          ended(messages),
        );
      }),
      finalize(() => {
        inATurn(async () => {
          await (await consuming).close();
          await consumer.delete();
        });
      }),
    );
  });
}

/** Errors when something is amiss; emits nothing. */
function trouble(notification$: Observable<ConsumerNotification>, delivered: () => number): Observable<never> {
  return notification$.pipe(
    mergeMap((notification) => {
      const { type } = notification;
      // The last ones of what was sent may be missing with nothing behind them that would show it.
      const isBehind = type === "heartbeat" && notification.lastConsumerSequence > delivered();
      const reason = isBehind ? "messages of the bus are missing" : troubles[type];
      return reason === undefined ? EMPTY : throwError(() => new Error(reason));
    }),
  );
}

/** Errors when no more will come; emits nothing. */
function ended(messages: ConsumerMessages): Observable<never> {
  return from(messages.closed()).pipe(
    mergeMap((error) => {
      const cause = error ?? undefined;
      return throwError(() => new Error(`the consumer was closed${cause ? `: ${cause.message}` : ""}`, { cause }));
    }),
    ignoreElements(),
  );
}
