import { computed, effect, signal, untracked } from "@preact/signals";
import type { OpState } from "../../../../opStatus.js";
import { lanes, membershipVersion, second, statesVersion } from "./board.js";
import type { LaneState } from "./LaneState.js";

export type SortBy = "id" | "recent";

export const search = signal("");
export const stateFilter = signal<OpState | "all">("all");
export const sortBy = signal<SortBy>("id");

/** The keys of the ops that are shown, from the top. */
export const order = signal<readonly number[]>([]);

/** Whether somebody points at the lanes: under a finger that is about to press, none may be exchanged for another. */
export const isHeld = signal(false);

/** What the operator wants to see. */
const wishes = computed(() => [search.value, stateFilter.value, sortBy.value].join("\n"));

/** What decides of the order besides the operator; by recency it is told by the second. */
const changes = computed(() => {
  const states = stateFilter.value === "all" ? 0 : statesVersion.value;
  const recency = sortBy.value === "recent" ? second.value : 0;
  return [membershipVersion.value, states, recency].join();
});

/** Keeps `order` up to date. */
export function keepOrder(): void {
  effect(() => {
    if (wishes.value) order.value = untracked(fullOrder);
  });
  effect(() => {
    if (!changes.value) return;
    const next = isHeld.value ? heldOrder : fullOrder;
    order.value = untracked(() => next(order.peek()));
  });
}

function fullOrder(): readonly number[] {
  return shown().toSorted(comparison[sortBy.value]).map(keyOf);
}

/** All stay where they are, also those that the filter leaves out by now; new ones come last. */
function heldOrder(held: readonly number[]): readonly number[] {
  const there = new Set(held);
  const added = shown().filter(({ key }) => !there.has(key));
  return [...held.filter((key) => lanes.ops.has(key)), ...added.map(keyOf)];
}

function shown(): LaneState[] {
  const text = search.value.trim().toLowerCase();
  const state = stateFilter.value;
  return [...lanes.ops.values()].filter(
    (lane) => (state === "all" || lane.current.state === state) && (text === "" || lane.searchable.includes(text)),
  );
}

const comparison: Readonly<Record<SortBy, (a: LaneState, b: LaneState) => number>> = {
  id: (a, b) => compare(a.name, b.name) || a.key - b.key,
  recent: (a, b) => b.changedAt - a.changedAt || a.key - b.key,
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function keyOf({ key }: LaneState): number {
  return key;
}
