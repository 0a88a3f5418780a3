import type { Diagnostic, RefusedReason } from "../Diagnostic.js";
import type { AgentIdentity } from "../options.js";
import { printable } from "../printable.js";
import { parseEnvelope, refusalOfEnvelope } from "./OpControlEnvelope.js";

/**
 * A message for the core to look at: its signal is still the wire's number.
 *
 * @internal
 */
export interface BusMessage {
  readonly opId: string;
  readonly signal: number;
  readonly sequence: bigint;
  /** Whom it is for; undefined for everyone. */
  readonly agent: AgentIdentity | undefined;
}

/**
 * Reads what comes on the bus for one agent, or for whichever it is, and counts what it refuses.
 *
 * @internal
 */
export class EnvelopeReader {
  readonly #agent: AgentIdentity | undefined;
  #refused = 0;

  /** @param agent The one that it is read for; left out, it is read for all of them. */
  constructor(agent?: AgentIdentity) {
    this.#agent = agent;
  }

  /** The message, or what there is to say of one that may not speak to whom it is read for. */
  read(subject: string, data: Uint8Array, sequence: number): BusMessage | { readonly refused: Diagnostic } {
    const envelope = parseEnvelope(data);
    if (!envelope) return this.#refuse("notAnEnvelope", subject);
    const { org_id: orgId, team_id: teamId, agent_id: agentId, op_id: opId, signal, global } = envelope;
    const named = { orgId, teamId, agentId };
    const reason = refusalOfEnvelope(envelope, subject, this.#agent ?? named);
    if (reason) return this.#refuse(reason, subject);
    return { opId, signal, sequence: BigInt(sequence), agent: global ? undefined : named };
  }

  #refuse(reason: RefusedReason, subject: string): { readonly refused: Diagnostic } {
    return { refused: { kind: "refusedEnvelope", reason, subject: printable(subject), count: ++this.#refused } };
  }
}
