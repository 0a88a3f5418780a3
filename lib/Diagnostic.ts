/**
 * Something worth knowing besides the ops' statuses. Plain values, safe to log: texts from outside are
 * escaped and cut.
 */
export type Diagnostic =
  /** A message was not a signal; it changed nothing. */
  | {
      readonly kind: "malformedSignal";
      readonly reason: MalformedReason;
      /** The op id it named, made printable; empty where it named none. */
      readonly opId: string;
      /** How many malformed messages there have been, this one included. */
      readonly count: number;
    }
  /** `maxTrackedOps` was reached and the oldest terminated op that nobody watches was forgotten. */
  | {
      readonly kind: "evicted";
      /** The forgotten op, made printable. */
      readonly opId: string;
      /** How many ops have been forgotten, this one included. */
      readonly count: number;
    }
  /**
   * `maxTrackedOps` was reached with nothing left that may be forgotten. From here on every op that is not remembered
   * counts as paused (scope `"channel"`) until it is resumed by name.
   */
  | { readonly kind: "saturated"; readonly maxTrackedOps: number }
  /** A clean-up that `runOp`'s work had registered for a terminate threw, or was not done in time; nobody waited. */
  | {
      readonly kind: "cleanupFailed" | "cleanupTimedOut";
      /** The terminated op, made printable. */
      readonly opId: string;
      readonly message: string;
    }
  /** The channel was lost, or an attempt to have it came to nothing; `connection$` tells how it goes on. */
  | {
      readonly kind: "reconnect";
      /** Which attempt comes next, counted from 1 since the channel was last live. */
      readonly attempt: number;
      readonly retryInMs: number;
      /** What went wrong, made printable. */
      readonly message: string;
    }
  /**
   * A new stream has taken over from one that was live, without a gap: the gateway was about to go (`"draining"`), or
   * the stream had reached `maxStreamAgeMs` (`"age"`).
   */
  | { readonly kind: "handover"; readonly reason: "draining" | "age" }
  /**
   * While one stream took over from another, more ops were spoken of than can be kept in mind (400,000 words). Of the
   * further ones some may be held until they are resumed again.
   */
  | { readonly kind: "overlapSaturated" }
  /** A stream that is to be replaced goes on for now, for the new one could not be opened. */
  | { readonly kind: "handoverFailed"; readonly message: string; readonly retryInMs: number }
  /** The channel has not been live for `whenStale.graceMs`; what is done about it is what `whenStale.then` says. */
  | { readonly kind: "stale"; readonly graceMs: number; readonly then: "hold" | "fail" | "proceed" }
  /** One of the sources that were merged has failed or was closed; the others go on. */
  | { readonly kind: "sourceEnded"; readonly message: string }
  /**
   * More ops are paused by merged sources than can be kept in mind (400,000). Of the further ones no RESUME counts until
   * some are resumed. Told again once it has been half of that.
   */
  | { readonly kind: "mergeSaturated" }
  /**
   * More RESUMEs than `maxTrackedOps` wait for `settleMs` to pass. A further one is dropped, and its op stays as it is until
   * it is resumed again. Told again once it has been half of that.
   */
  | { readonly kind: "settleSaturated"; readonly maxTrackedOps: number }
  /** What `reconcile` found is being applied: so many ops were told to pause, to go on, to terminate. */
  | { readonly kind: "reconciled"; readonly paused: number; readonly resumed: number; readonly terminated: number }
  /** `reconcile` failed, or was not done in time; it has changed nothing. */
  | { readonly kind: "reconcileFailed"; readonly message: string }
  /** A message of the bus was not meant for this agent, or not by who may say so; it changed nothing. */
  | {
      readonly kind: "refusedEnvelope";
      readonly reason: RefusedReason;
      /** The subject it came on, made printable. */
      readonly subject: string;
      /** How many have been refused, this one included. */
      readonly count: number;
    }
  /** A subscriber threw where RxJS could not catch it; the others have been served. */
  | { readonly kind: "subscriberThrew"; readonly message: string };

/** Why a message is not a signal. */
export type MalformedReason = "notAnObject" | "emptyOpId" | "oversizeOpId" | "unspecifiedSignal" | "unknownSignal";

/**
 * Why a message of the bus is refused: it is no envelope, its ids belong to another subject, it is for another agent, or
 * it claims a wider scope than its subject speaks for.
 */
export type RefusedReason = "notAnEnvelope" | "otherSubject" | "otherAgent" | "widerScope";
