/**
 * Something worth knowing that changed no op's status by itself. Plain values, safe to log: texts from outside are
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
  /** A subscriber threw where RxJS could not catch it; the others have been served. */
  | { readonly kind: "subscriberThrew"; readonly message: string };

/** Why a message is not a signal. */
export type MalformedReason = "notAnObject" | "emptyOpId" | "oversizeOpId" | "unspecifiedSignal" | "unknownSignal";
