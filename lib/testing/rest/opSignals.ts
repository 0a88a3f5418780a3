import type { OpControlSignal } from "../../opStatus.js";
import type { OpAction } from "../../rest/OpRecord.js";

/**
 * What the agents are told of each action.
 *
 * @internal
 */
export const opSignals: Readonly<Record<OpAction, OpControlSignal>> = {
  pause: "PAUSE",
  resume: "RESUME",
  terminate: "TERMINATE",
};
