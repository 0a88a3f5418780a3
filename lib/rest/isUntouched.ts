import type { OpRecord } from "./OpRecord.js";

/**
 * Whether a record says that its op runs, and has said nothing else since the op was registered: nobody has resumed it.
 * A gateway that was started anew has such a one of an op that it had paused before and that was registered again.
 *
 * @internal
 */
export function isUntouched({ state, registered_at: registeredAt, updated_at: updatedAt }: OpRecord): boolean {
  return state === "running" && Date.parse(registeredAt) === Date.parse(updatedAt);
}
