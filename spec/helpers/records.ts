import type { OpRecord, OpRecordState } from "../../lib/rest/OpRecord.js";
import { OP } from "./opControl.js";

/** What the gateway's API server has of an op, in that state since so many milliseconds after the epoch. */
export function recordOf(state: OpRecordState, updatedAtMs = 0, opId = OP): OpRecord {
  const updatedAt = new Date(updatedAtMs).toISOString();
  return { op_id: opId, state, registered_at: "1970-01-01T00:00:00Z", updated_at: updatedAt };
}
