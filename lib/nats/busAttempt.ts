import type { NatsConnection } from "@nats-io/transport-node";
import {
  concat,
  defer,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  switchMap,
  throwError,
  timeout,
} from "rxjs";
import type { StreamAttempt, StreamEvent } from "../channel/StreamAttempt.js";
import type { AgentIdentity } from "../options.js";
import { deliveries } from "./deliveries.js";
import type { EnvelopeReader } from "./EnvelopeReader.js";
import { type Cursor, type OpenConsumer, openConsumers } from "./openConsumers.js";
import { Replay } from "./Replay.js";
import { agentSubject, GLOBAL_SUBJECT } from "./subjects.js";

/** What an attempt to take signals from the bus takes. */
export interface BusAttemptConfig {
  readonly agent: AgentIdentity;
  readonly connect: () => Promise<NatsConnection>;
  /** Whether a connection is let go with the attempt. */
  readonly ownsConnection: boolean;
  readonly connectTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly cursor: Cursor;
  readonly reader: EnvelopeReader;
}

/**
 * One attempt to take an agent's signals from the bus: live when all has passed that the stream had for it when the
 * attempt began. Errors with whatever may have made it miss one.
 */
export function busAttempt(config: BusAttemptConfig): StreamAttempt {
  const { agent, cursor, connectTimeoutMs } = config;
  const subjects = [GLOBAL_SUBJECT, agentSubject(agent)];
  const opened$ = connection(config).pipe(
    switchMap((bus) => from(openConsumers(bus, subjects, cursor)).pipe(map((consumers) => ({ bus, consumers })))),
  );
  return opened$.pipe(
    timeout({
      first: connectTimeoutMs,
      with: () => throwError(() => new Error(`no answer from the bus within ${connectTimeoutMs} ms`)),
    }),
    switchMap(({ bus, consumers }) => merge(lossOf(bus), signals(consumers, config))),
  );
}

/** Emits once, and lets it go when unsubscribed. */
function connection({ connect, ownsConnection }: BusAttemptConfig): Observable<NatsConnection> {
  return defer(() => {
    const connecting = connect();
    const letGo = (): void => {
      if (ownsConnection) void connecting.then((bus) => bus.close()).catch(() => undefined);
    };
    return concat(from(connecting), NEVER).pipe(finalize(letGo));
  });
}

function lossOf(bus: NatsConnection): Observable<never> {
  const disconnected$ = from(bus.status()).pipe(filter(({ type }) => type === "disconnect"));
  return merge(disconnected$, from(bus.closed())).pipe(
    mergeMap((error) => {
      const cause = error instanceof Error ? error : undefined;
      return throwError(
        () => new Error(`the connection to the bus was lost${cause ? `: ${cause.message}` : ""}`, { cause }),
      );
    }),
  );
}

function signals(consumers: readonly OpenConsumer[], { cursor, heartbeatMs, reader }: BusAttemptConfig): StreamAttempt {
  return defer(() => {
    const replay = new Replay();
    let replaying = consumers.length;
    const messages = (values: readonly unknown[]): StreamEvent[] =>
      values.map((message) => ({ type: "message", message }));
    const delivered$ = consumers.map((open) =>
      deliveries(open, heartbeatMs).pipe(
        mergeMap((delivery): StreamEvent[] => {
          if (delivery.type === "caughtUp") {
            // The statuses are true when the channel is said to be live.
            return --replaying === 0 ? [...messages(replay.end()), { type: "live" }] : [];
          }
          const { message } = delivery;
          cursor.sequences.set(open.key, message.seq);
          const read = reader.read(message.subject, message.string(), message.seq);
          if ("refused" in read) return [{ type: "diagnostic", diagnostic: read.refused }];
          return messages(replaying > 0 ? replay.hear(read) : [read]);
        }),
      ),
    );
    return merge(...delivered$);
  });
}
