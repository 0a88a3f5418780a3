import type { AgentIdentity } from "../options.js";
import type { RawSignal } from "./RawSignal.js";

/** A signal that a gateway has sent. */
export interface SentSignal extends Required<RawSignal> {
  /** Whom it was for; undefined for everyone. */
  readonly agent: AgentIdentity | undefined;
  /** To how many streams it went; with none it is lost. */
  readonly streams: number;
}
