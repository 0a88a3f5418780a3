import { describeError } from "../../printable.js";
import type { EndReason } from "./ExecEvent.js";
import type { OpVerdict } from "./opVerdict.js";
import { asksToEnd, type PassedOn } from "./signalsToUs.js";

/** Something that happens while a process is governed. */
export type Happening =
  | { readonly type: "verdict"; readonly verdict: OpVerdict }
  | { readonly type: "suspended"; readonly isSuspended: boolean }
  | { readonly type: "guarded"; readonly isGuarded: boolean }
  | { readonly type: "unguardable"; readonly reason: unknown }
  | { readonly type: "signal"; readonly signal: PassedOn }
  | { readonly type: "leaderEnded" };

/** That all of it has to end. */
export interface End {
  readonly reason: EndReason;
  /** More of the reason: whose word, which signal, what has failed. */
  readonly detail: string;
  /** Whether there is no time for a clean-up: nothing may run, not even that. */
  readonly isUrgent: boolean;
  /** The signal to us that asked for it. */
  readonly signal?: PassedOn;
}

/** How it stands with what is governed. */
export interface Situation {
  readonly isPaused: boolean;
  /** Whether we are about to be stopped ourselves, or were until a moment ago. */
  readonly isSuspended: boolean;
  /** Whether nobody would end it if we were killed now. */
  readonly isUnguarded: boolean;
  /** Whether somebody pressed Ctrl-C while it was stopped. */
  readonly isInterrupted: boolean;
  readonly end?: End;
}

/** When it has just been started. */
export const STARTED: Situation = { isPaused: false, isSuspended: false, isUnguarded: false, isInterrupted: false };

const severity: Readonly<Record<EndReason, number>> = { leaderEnded: 0, asked: 1, failed: 2, terminated: 3 };

/** Whether it must not run now, and will again. */
export function isHeld({ isPaused, isSuspended, isUnguarded, end }: Situation): boolean {
  return end === undefined && (isPaused || isSuspended || isUnguarded);
}

/** The reducer: what a happening makes of a situation. While the op is paused it has no time for an end of its own. */
export function reduceSituation(situation: Situation, happening: Happening): Situation {
  const { isPaused, isInterrupted } = situation;
  switch (happening.type) {
    case "verdict":
      return heed(situation, happening.verdict);
    case "suspended":
      return { ...situation, isSuspended: happening.isSuspended };
    case "guarded":
      return { ...situation, isUnguarded: !happening.isGuarded };
    case "unguardable":
      return ending(situation, failure(happening.reason, isPaused));
    case "leaderEnded":
      return ending(situation, { reason: "leaderEnded", detail: "", isUrgent: isPaused });
    case "signal": {
      const { signal } = happening;
      if (asksToEnd(signal)) return ending(situation, { reason: "asked", detail: signal, isUrgent: isPaused, signal });
      if (signal !== "SIGINT" || !isPaused) return situation;
      if (isInterrupted) return ending(situation, { reason: "asked", detail: signal, isUrgent: true, signal });
      return { ...situation, isInterrupted: true };
    }
  }
}

function heed(situation: Situation, verdict: OpVerdict): Situation {
  switch (verdict.state) {
    case "running":
      return { ...situation, isPaused: false, isInterrupted: false };
    case "paused":
      return {
        ...situation,
        isPaused: true,
        ...(situation.end && { end: { ...situation.end, isUrgent: true } }),
      };
    case "terminated":
      // Whoever terminates grants the clean-up, also to what is stopped.
      return ending(
        { ...situation, isPaused: false },
        { reason: "terminated", detail: verdict.scope, isUrgent: false },
      );
    case "unknown":
      return ending(situation, failure(verdict.reason, situation.isPaused));
  }
}

function failure(reason: unknown, isUrgent: boolean): End {
  return { reason: "failed", detail: describeError(reason), isUrgent };
}

/** The graver reason counts; what was urgent once stays so. */
function ending(situation: Situation, next: End): Situation {
  const { end } = situation;
  if (end === undefined) return { ...situation, end: next };
  const graver = severity[next.reason] > severity[end.reason] ? next : end;
  const signal = end.signal ?? next.signal;
  return {
    ...situation,
    end: { ...graver, isUrgent: end.isUrgent || next.isUrgent, ...(signal && { signal }) },
  };
}
