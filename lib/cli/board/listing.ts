import type { OpState } from "../../opStatus.js";
import type { OpRecord, OpRecordState } from "../../rest/OpRecord.js";
import type { Listing } from "./BoardEvent.js";
import type { Lane, LaneVerdict } from "./Lane.js";

/** A signal and the list are on their way for a while: so many lists in a row must say another thing. */
const LISTS_UNTIL_DISAGREED = 3;

const states: Readonly<Record<OpRecordState, OpState>> = {
  pending: "running",
  running: "running",
  completing: "running",
  paused: "paused",
  terminated: "terminated",
};

/** What is listed of an op now; the same object comes back where nothing changes. */
export function listingOf(lane: Lane, record: OpRecord | undefined, effective: OpState): Listing | undefined {
  const before = lane.listing;
  if (!record) {
    lane.disagreements = 0;
    return before && before.state !== "gone" ? { state: "gone", disagrees: false } : before;
  }
  const { state } = record;
  const disagrees = disagreesFor(lane, states[state], effective) >= LISTS_UNTIL_DISAGREED;
  return before?.state === state && before.disagrees === disagrees ? before : { state, disagrees };
}

/** What a list says of an op that no signal was seen for. */
export function verdictOf({ state }: OpRecord): LaneVerdict {
  const listed = states[state];
  return { state: listed, scope: listed === "running" ? "op" : "registry", sequence: 0n };
}

/** Whether a list takes a wider scope's pause into account is up to the gateway: either state agrees. */
function disagreesFor(lane: Lane, listed: OpState, effective: OpState): number {
  const agrees = !lane.heard || listed === effective || listed === lane.verdict.state;
  lane.disagreements = agrees ? 0 : lane.disagreements + 1;
  return lane.disagreements;
}
