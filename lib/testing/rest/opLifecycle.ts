import type { OpAction, OpRecordState } from "../../rest/OpRecord.js";
import { OpRefusedError } from "./OpRefusedError.js";

/** What takes an op from one state to the next. */
export type OpStep = OpAction | "allow" | "complete";

type States = Readonly<Partial<Record<OpRecordState, OpRecordState>>>;

/** What each step makes of each state that it can be taken in. */
const steps: Readonly<Record<OpStep, States>> = {
  allow: { pending: "running" },
  pause: { running: "paused" },
  resume: { paused: "running" },
  complete: { running: "completing" },
  terminate: {
    pending: "terminated",
    running: "terminated",
    paused: "terminated",
    completing: "completing",
    terminated: "terminated",
  },
};

/**
 * The state machine of an op: the state after a step.
 *
 * @throws OpRefusedError (409) where the step cannot be taken.
 * @internal
 */
export function stateAfter(state: OpRecordState, step: OpStep): OpRecordState {
  const next = steps[step][state];
  if (next === undefined) throw new OpRefusedError("Operation state does not permit this transition", 409);
  return next;
}

/**
 * Whether the step can be taken.
 *
 * @internal
 */
export function permits(state: OpRecordState, step: OpStep): boolean {
  return steps[step][state] !== undefined;
}

/**
 * Whether an op in that state is over, and will be forgotten.
 *
 * @internal
 */
export function hasEnded(state: OpRecordState): boolean {
  return state === "completing" || state === "terminated";
}
