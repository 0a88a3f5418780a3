import type { RefusedReason } from "../Diagnostic.js";
import { AGENT_ID_PREFIX, FLEET_ID, type OpControlSignal } from "../opStatus.js";
import type { AgentIdentity } from "../options.js";
import { agentSubject, GLOBAL_SUBJECT } from "./subjects.js";

/**
 * A signal as it is on the bus, in JSON; it has no sequence of its own.
 *
 * @internal
 */
export interface OpControlEnvelope {
  readonly org_id: string;
  readonly team_id: string;
  readonly agent_id: string;
  readonly op_id: string;
  /** 1, 2 and 3 are PAUSE, RESUME and TERMINATE. */
  readonly signal: number;
  /** Whether it is for every agent; the three ids are empty then. */
  readonly global: boolean;
}

/** Not one that puts something else in the place of what it cannot read: that could be another op's id. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Far more than any that is obeyed, which agents say, and half of what a message of gRPC may have here. */
const MAX_ID_BYTES = 32_768;

const signals: Readonly<Record<OpControlSignal, number>> = { PAUSE: 1, RESUME: 2, TERMINATE: 3 };

/**
 * The envelope of a signal to an agent's op (or to all of them, under its reserved id), or without an agent to the fleet.
 *
 * @internal
 */
export function envelopeOf(opId: string, signal: OpControlSignal, agent?: AgentIdentity): OpControlEnvelope {
  const { orgId = "", teamId = "", agentId = "" } = agent ?? {};
  return {
    org_id: orgId,
    team_id: teamId,
    agent_id: agentId,
    op_id: opId,
    signal: signals[signal],
    global: agent === undefined,
  };
}

/**
 * What came on a subject, if it is an envelope; else undefined.
 *
 * @internal
 */
export function parseEnvelope(data: Uint8Array): OpControlEnvelope | undefined {
  try {
    const envelope = JSON.parse(utf8.decode(data)) as Record<keyof OpControlEnvelope, unknown> | null;
    if (!envelope) return undefined;
    const { org_id, team_id, agent_id, op_id, signal, global } = envelope;
    const areStrings = [org_id, team_id, agent_id, op_id].every(isText);
    // As gRPC has it, by which a gateway passes it on.
    const isEnum = typeof signal === "number" && (signal | 0) === signal;
    return areStrings && isEnum && typeof global === "boolean" ? (envelope as unknown as OpControlEnvelope) : undefined;
  } catch {
    return undefined;
  }
}

/** Not half of a character, for which UTF-8 has another one. */
function isText(value: unknown): boolean {
  return typeof value === "string" && !/\p{Surrogate}/u.test(value) && Buffer.byteLength(value) <= MAX_ID_BYTES;
}

/**
 * Why an envelope that came on a subject may not speak to this agent; undefined where it may.
 *
 * Who may publish on a subject is what the bus controls, so an envelope can say no more than its subject does.
 *
 * @internal
 */
export function refusalOfEnvelope(
  { org_id: orgId, team_id: teamId, agent_id: agentId, op_id: opId, global }: OpControlEnvelope,
  subject: string,
  agent: AgentIdentity,
): RefusedReason | undefined {
  if (global) {
    if (subject !== GLOBAL_SUBJECT) return "widerScope";
    return opId === FLEET_ID ? undefined : "otherSubject";
  }
  if (agentSubject({ orgId, teamId, agentId }) !== subject) return "otherSubject";
  const isOurs = orgId === (agent.orgId ?? "") && teamId === (agent.teamId ?? "") && agentId === agent.agentId;
  if (!isOurs) return "otherAgent";
  if (opId === FLEET_ID) return "widerScope";
  return opId.startsWith(AGENT_ID_PREFIX) && opId !== `${AGENT_ID_PREFIX}${agentId}` ? "otherAgent" : undefined;
}
