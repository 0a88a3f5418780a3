import { jetstream } from "@nats-io/jetstream";
import { type NatsConnection, RequestError } from "@nats-io/transport-node";
import { firstValueFrom, map, merge, switchMap, timeout } from "rxjs";
import { check, checkDurationMs } from "../check.js";
import { AssemblyError } from "../errors.js";
import { FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { describeError } from "../printable.js";
import { parseSignal } from "../parseSignal.js";
import { checkAgent } from "./checkAgent.js";
import { closing } from "./closing.js";
import { envelopeOf, parseEnvelope, refusalOfEnvelope } from "./OpControlEnvelope.js";
import { PendingResumes } from "./PendingResumes.js";
import { publishResume } from "./publishResume.js";
import { sharedConnection } from "./sharedConnection.js";
import { STREAM_NAME } from "./streamConfig.js";
import { agentSubject, GLOBAL_SUBJECT } from "./subjects.js";

const ACK_TIMEOUT_MS = 5_000;

/** What both RxJS and NATS call it. */
const TIMEOUT = "TimeoutError";

const EXPECTED_OP_ID = 'a non-empty string of up to 1024 bytes, and if it is an "agent:…" that of the agent';

/** A signal, and whom it is for. */
export interface SignalToPublish {
  /** The op, or a reserved id: `agent:{agent_id}` for all of the agent's, `*` for the fleet's. */
  readonly opId: string;
  /** What it is told. */
  readonly signal: OpControlSignal;
  /** The agent whose op it is; left out for the fleet only. */
  readonly agent?: AgentIdentity;
  /** How long the acknowledgement may take, in milliseconds; 5,000 by default. */
  readonly timeoutMs?: number;
}

/**
 * The signal may not have been kept: the stream did not acknowledge it. `cause` says what came instead.
 *
 * To publish it again does no harm: what comes twice changes nothing.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { publishSignal, SignalNotPublishedError } from "rx-op-control/nats";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * try {
 *   await publishSignal(connection, { opId: "*", signal: "PAUSE" });
 * } catch (error) {
 *   if (error instanceof SignalNotPublishedError) console.error("say it again:", error.message);
 * }
 * ```
 */
export class SignalNotPublishedError extends AssemblyError {
  override readonly name = "SignalNotPublishedError";
}

/**
 * Publishes a signal to the bus, and resolves with its sequence when the stream has acknowledged that it keeps it.
 *
 * Rejects with a {@link SignalNotPublishedError} where that does not come: there is no stream, no bus, or no answer in time.
 * A PAUSE or TERMINATE may come late then. A RESUME comes late, or behind another signal that was published at the same
 * time, only where that is for something else: else it rejects. For that it looks at the last messages of its subject, if
 * it is allowed to.
 *
 * @example
 * ```ts
 * import { connect } from "@nats-io/transport-node";
 * import { publishSignal } from "rx-op-control/nats";
 *
 * const connection = await connect({ servers: "127.0.0.1:4222" });
 * await publishSignal(connection, { opId: "*", signal: "PAUSE" });
 * await connection.close();
 * ```
 *
 * @throws TypeError naming what is wrong with the signal.
 */
export async function publishSignal(
  connection: NatsConnection,
  { opId, signal, agent, timeoutMs = ACK_TIMEOUT_MS }: SignalToPublish,
): Promise<bigint> {
  check(["PAUSE", "RESUME", "TERMINATE"].includes(signal), "signal", '"PAUSE", "RESUME" or "TERMINATE"');
  check((opId === FLEET_ID) === (agent === undefined), "agent", `given for every op but the fleet's ("${FLEET_ID}")`);
  if (agent) checkAgent(agent, "agent");
  checkDurationMs("timeoutMs", timeoutMs, 1);
  const subject = agent ? agentSubject(agent) : GLOBAL_SUBJECT;
  const envelope = envelopeOf(opId, signal, agent);
  const payload = JSON.stringify(envelope);
  check(typeof opId === "string" && isObeyed(payload, subject, agent), "opId", EXPECTED_OP_ID);
  // At once: what is published from now on must not come before it.
  const pending = signal === "RESUME" && PendingResumes.add(connection, subject, opId);
  if (!pending) PendingResumes.overtake(connection, subject, opId);
  try {
    return await firstValueFrom(
      merge(closing(connection), sharedConnection(connection)).pipe(
        switchMap((bus) => {
          if (pending) return publishResume({ bus, subject, opId, payload, timeoutMs, pending });
          // Another stream may take the subject in as well, or instead.
          return jetstream(bus).publish(subject, payload, { timeout: timeoutMs, expect: { streamName: STREAM_NAME } });
        }),
        map(({ seq }) => BigInt(seq)),
        timeout(timeoutMs),
      ),
    );
  } catch (error) {
    const reason = (error as Error).name === TIMEOUT ? `no answer within ${timeoutMs} ms` : reasonOf(error);
    throw new SignalNotPublishedError(`the signal may not have been kept: ${reason}`, { cause: error });
  } finally {
    if (pending) PendingResumes.delete(connection, pending);
  }
}

/** Whether an agent takes it for a signal, and for one of its own. */
function isObeyed(payload: string, subject: string, agent: AgentIdentity | undefined): boolean {
  const envelope = parseEnvelope(Buffer.from(payload));
  if (!envelope) return false;
  const { op_id: opId, signal } = envelope;
  const isRefused = agent !== undefined && refusalOfEnvelope(envelope, subject, agent) !== undefined;
  return !isRefused && !("malformed" in parseSignal({ opId, signal }));
}

function reasonOf(error: unknown): string {
  const { cause } = error as Error;
  const isNobodyThere = cause instanceof RequestError && cause.isNoResponders();
  return isNobodyThere ? `no stream takes it in (ensureOpControlStream creates ${STREAM_NAME})` : describeError(error);
}
