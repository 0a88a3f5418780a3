import type { OpState } from "../../opStatus.js";
import type { OpRecord, OpRecordState } from "../../rest/OpRecord.js";
import type { Listing } from "./BoardEvent.js";
import type { Lane, LaneVerdict } from "./Lane.js";

/** A signal and the list are on their way for a while: so many lists in a row must say another thing. */
const LISTS_UNTIL_DISAGREED = 3;

const states: ReadonlyMap<string, OpState> = new Map<OpRecordState, OpState>([
  ["pending", "running"],
  ["running", "running"],
  ["completing", "running"],
  ["paused", "paused"],
  ["terminated", "terminated"],
]);

/** What is listed of an op now; the same object comes back where nothing changes. */
export function listingOf(lane: Lane, record: OpRecord | undefined, effective: OpState): Listing | undefined {
  const before = lane.listing;
  if (!record) {
    lane.disagreements = 0;
    return before && before.state !== "gone" ? { state: "gone", disagrees: false } : before;
  }
  const listed = states.get(record.state);
  // A newer gateway may list what an older board has no word for.
  const state = listed ? record.state : "unknown";
  const disagrees = disagreementsOf(lane, listed, effective) >= LISTS_UNTIL_DISAGREED;
  return before?.state === state && before.disagrees === disagrees ? before : { state, disagrees };
}

/** What a list says of an op that no signal was seen for. */
export function verdictOf({ state }: OpRecord): LaneVerdict {
  const listed = states.get(state) ?? "running";
  return { state: listed, scope: listed === "running" ? "op" : "registry", sequence: 0n };
}

/** The list tells of an op what was asked for by its own id, and leaves it open whether wider scopes count too. */
function disagreementsOf(lane: Lane, listed: OpState | undefined, effective: OpState): number {
  const agrees = !lane.heard || !listed || listed === effective || listed === lane.verdict.state;
  lane.disagreements = agrees ? 0 : lane.disagreements + 1;
  return lane.disagreements;
}
