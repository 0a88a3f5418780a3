import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/transport-node";
import { check, checkDurationMs } from "../check.js";
import { AssemblyError } from "../errors.js";
import { FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { describeError } from "../printable.js";
import { envelopeOf } from "./OpControlEnvelope.js";
import { agentSubject, GLOBAL_SUBJECT } from "./subjects.js";

const ACK_TIMEOUT_MS = 5_000;

/** A signal, and whom it is for. */
export interface SignalToPublish {
  /** The op, or a reserved id: `agent:{agent_id}` for all of the agent's, `*` for the fleet's. */
  readonly opId: string;
  readonly signal: OpControlSignal;
  /** The agent whose op it is; left out for the fleet only. */
  readonly agent?: AgentIdentity;
  /** How long the acknowledgement may take, in milliseconds; 5,000 by default. */
  readonly timeoutMs?: number;
}

/** The signal may not have been kept: the stream did not acknowledge it. */
export class SignalNotPublishedError extends AssemblyError {
  override readonly name = "SignalNotPublishedError";
}

/**
 * Publishes a signal to the bus, and resolves with its sequence when the stream has acknowledged that it keeps it.
 *
 * Rejects with a {@link SignalNotPublishedError} where that does not come: there is no stream, no bus, or no answer in time.
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
  check(typeof opId === "string" && opId !== "", "opId", "a non-empty string");
  check(["PAUSE", "RESUME", "TERMINATE"].includes(signal), "signal", '"PAUSE", "RESUME" or "TERMINATE"');
  check((opId === FLEET_ID) === (agent === undefined), "agent", `given for every op but the fleet's ("${FLEET_ID}")`);
  checkDurationMs("timeoutMs", timeoutMs, 1);
  const subject = agent ? agentSubject(agent) : GLOBAL_SUBJECT;
  const envelope = JSON.stringify(envelopeOf(opId, signal, agent));
  try {
    const { seq } = await jetstream(connection).publish(subject, envelope, { timeout: timeoutMs });
    return BigInt(seq);
  } catch (error) {
    throw new SignalNotPublishedError(`the signal may not have been kept: ${describeError(error)}`, { cause: error });
  }
}
