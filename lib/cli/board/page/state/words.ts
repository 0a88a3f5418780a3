import type { BoardScope, Listing } from "../../BoardEvent.js";
import type { OpControlSignal, OpState } from "../../../../opStatus.js";

export const stateWords: Readonly<Record<OpState, string>> = {
  running: "Running",
  paused: "Paused",
  terminated: "Terminated",
};

export const signalWords: Readonly<Record<OpControlSignal, string>> = {
  PAUSE: "pause",
  RESUME: "resume",
  TERMINATE: "terminate",
};

/** Whose word decided, where that is not the lane's own. */
export function scopeWords(scope: BoardScope, ownScope: BoardScope): string {
  if (scope === ownScope || scope === "op") return "";
  if (scope === "channel") return "channel not live";
  return scope === "registry" ? "as listed, no signal seen" : `by the ${scope}`;
}

/** What the list adds to what the signals say. */
export function listingWords(listing: Listing | undefined): string {
  if (!listing) return "";
  if (listing.disagrees) return `listed as ${listing.state}`;
  if (listing.state === "unknown") return "listed in a state unknown here";
  if (listing.state === "pending" || listing.state === "completing") return listing.state;
  return listing.state === "gone" ? "no longer listed" : "";
}

/** A duration in one unit, or in two where the first is coarse. */
export function durationWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time of day, as the operator's clock shows it. */
export function timeOfDay(time: number, withMs = false): string {
  const date = new Date(time);
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0"));
  return parts.join(":") + (withMs ? `.${String(date.getMilliseconds()).padStart(3, "0")}` : "");
}
