import type { NatsConnection } from "@nats-io/transport-node";
import { defer, merge, mergeMap, type Observable, switchMap, tap, throwError, timeout } from "rxjs";
import type { StreamAttempt, StreamEvent } from "../channel/StreamAttempt.js";
import type { Cursor } from "./Cursor.js";
import { deliveries, StreamWentBackError } from "./deliveries.js";
import { denial } from "./denial.js";
import type { EnvelopeReader } from "./EnvelopeReader.js";
import { lossOf } from "./lossOf.js";
import { type OpenConsumer, openConsumers } from "./openConsumers.js";
import type { Replay } from "./Replay.js";

/**
 * What attempts to take signals from the bus take, and what one hands on to the next.
 *
 * @internal
 */
export interface BusAttemptConfig {
  readonly subjects: readonly string[];
  /** Emits one, and lets go of it when unsubscribed. */
  readonly connection$: Observable<NatsConnection>;
  readonly connectTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly cursor: Cursor;
  readonly replay: Replay;
  readonly reader: EnvelopeReader;
}

/**
 * One attempt to take the signals of some subjects from the bus: live when all has passed that the stream had of them
 * when the attempt began. Errors with whatever may have made it miss one.
 *
 * @internal
 */
export function busAttempt(config: BusAttemptConfig): StreamAttempt {
  const { subjects, connection$, connectTimeoutMs, cursor } = config;
  const open = async (bus: NatsConnection): Promise<Opened> => ({
    bus,
    consumers: await openConsumers(bus, subjects, cursor, connectTimeoutMs),
  });
  return connection$.pipe(
    switchMap((bus) => merge(lossOf(bus), open(bus))),
    timeout({
      first: connectTimeoutMs,
      with: () =>
        throwError(() => new Error(`no answer from the bus within connectTimeoutMs (${connectTimeoutMs} ms)`)),
    }),
    switchMap((opened) => signals(opened, config)),
    tap({
      error: (error: unknown) => {
        if (error instanceof StreamWentBackError) cursor.reset();
      },
    }),
  );
}

interface Opened {
  readonly bus: NatsConnection;
  readonly consumers: readonly OpenConsumer[];
}

function signals({ bus, consumers }: Opened, { cursor, heartbeatMs, reader, replay }: BusAttemptConfig): StreamAttempt {
  return defer(() => {
    let replaying = consumers.length;
    const messages = (values: readonly unknown[]): StreamEvent[] =>
      values.map((message) => ({ type: "message", message }));
    const delivered$ = consumers.map((open) =>
      deliveries(open, heartbeatMs, () => bus.flush()).pipe(
        mergeMap((delivery): StreamEvent[] => {
          if (delivery.type === "caughtUp") {
            // The statuses are true when the channel is said to be live.
            return --replaying === 0 ? [...messages(replay.end()), { type: "live" }] : [];
          }
          const { message } = delivery;
          cursor.advance(open.key, message);
          const read = reader.read(message.subject, message.data, message.seq);
          if ("refused" in read) return [{ type: "diagnostic", diagnostic: read.refused }];
          return messages(replaying > 0 ? replay.hear(read) : [read]);
        }),
      ),
    );
    const denial$ = denial(
      bus,
      consumers.map(({ name }) => name),
    );
    return merge(denial$, ...delivered$);
  });
}
