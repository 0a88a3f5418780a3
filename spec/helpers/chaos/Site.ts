import type { AgentIdentity } from "../../../lib/options.js";
import type { RawSignal } from "../../../lib/testing/RawSignal.js";

/** A gateway, whichever process it is in and however often it dies. */
export interface Site extends AsyncDisposable {
  readonly name: string;
  readonly endpoint: string;
  /** Whether its connections are TLS, into which nothing can be injected. */
  readonly isTls: boolean;
  /** Whether it can send to one agent only. */
  readonly filters: boolean;
  /** Sends to everyone, or to one agent; nobody is subscribed while it is dead. */
  send(signal: RawSignal, to?: AgentIdentity): void;
}
