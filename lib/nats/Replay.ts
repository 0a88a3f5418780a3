import { scopeKey } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";
import type { BusMessage } from "./EnvelopeReader.js";

/**
 * What is delivered again, or for the first time late: until all of it has passed, a RESUME is withheld, for a PAUSE may
 * follow it that is just as old.
 *
 * What is withheld outlives an attempt that is lost before that: the next one begins behind it.
 *
 * @internal
 */
export class Replay {
  /** By agent and scope, the RESUME that was its last word. */
  readonly #withheld = new Map<string, BusMessage>();

  /** The message, if it counts already. */
  hear(message: BusMessage): readonly BusMessage[] {
    const signal = parseSignal(message);
    if ("malformed" in signal) return [message];
    const { orgId, teamId, agentId } = message.agent ?? {};
    const key = JSON.stringify([orgId, teamId, agentId, scopeKey(signal.opId)]);
    this.#withheld.delete(key);
    if (signal.signal !== "RESUME") return [message];
    this.#withheld.set(key, message);
    return [];
  }

  /** All has passed: what was withheld and still holds. */
  end(): readonly BusMessage[] {
    const resumes = [...this.#withheld.values()];
    this.#withheld.clear();
    return resumes;
  }
}
