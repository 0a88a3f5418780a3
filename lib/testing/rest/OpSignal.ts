import type { OpControlSignal } from "../../opStatus.js";
import type { AgentIdentity } from "../../options.js";

/** A signal on its way to the agents. */
export interface OpSignal {
  /** The op, or a reserved id. */
  readonly opId: string;
  readonly signal: OpControlSignal;
  /** Whom it is for; undefined for everyone. */
  readonly agent: AgentIdentity | undefined;
}

/** Sends a signal, or rejects where it cannot. */
export type PublishSignal = (signal: OpSignal) => void | Promise<void>;
