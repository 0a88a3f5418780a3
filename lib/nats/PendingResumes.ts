import type { NatsConnection } from "@nats-io/transport-node";
import { scopeKey } from "../opStatus.js";

/** A RESUME that is not with the server yet. */
export interface PendingResume {
  readonly subject: string;
  readonly scope: string;
  isOvertaken: boolean;
}

const pending = new WeakMap<NatsConnection, Set<PendingResume>>();

/**
 * The RESUMEs that are on their way by a connection: each takes longer than other signals, and one that is published after
 * it must not come before it.
 *
 * @internal
 */
export const PendingResumes = {
  add(bus: NatsConnection, subject: string, opId: string): PendingResume {
    const resume = { subject, scope: scopeKey(opId), isOvertaken: false };
    const resumes = pending.get(bus) ?? new Set();
    pending.set(bus, resumes.add(resume));
    return resume;
  },

  delete(bus: NatsConnection, resume: PendingResume): void {
    pending.get(bus)?.delete(resume);
  },

  /** Another signal for that scope is about to be published. */
  overtake(bus: NatsConnection, subject: string, opId: string): void {
    for (const resume of pending.get(bus) ?? []) {
      if (resume.subject === subject && resume.scope === scopeKey(opId)) resume.isOvertaken = true;
    }
  },
};
