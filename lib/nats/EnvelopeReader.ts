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
}

/**
 * Reads what comes on the bus for one agent, and counts what it refuses.
 *
 * @internal
 */
export class EnvelopeReader {
  readonly #agent: AgentIdentity;
  #refused = 0;

  constructor(agent: AgentIdentity) {
    this.#agent = agent;
  }

  /** The message, or what there is to say of one that may not speak to this agent. */
  read(subject: string, data: Uint8Array, sequence: number): BusMessage | { readonly refused: Diagnostic } {
    const envelope = parseEnvelope(data);
    if (!envelope) return this.#refuse("notAnEnvelope", subject);
    const reason = refusalOfEnvelope(envelope, subject, this.#agent);
    if (reason) return this.#refuse(reason, subject);
    return { opId: envelope.op_id, signal: envelope.signal, sequence: BigInt(sequence) };
  }

  #refuse(reason: RefusedReason, subject: string): { readonly refused: Diagnostic } {
    return { refused: { kind: "refusedEnvelope", reason, subject: printable(subject), count: ++this.#refused } };
  }
}
