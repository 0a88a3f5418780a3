import type { Segment } from "./BoardEvent.js";

const severity = { running: 0, paused: 1, terminated: 2 } as const;

/**
 * What an op may do, over time: its own word, the agent's, the fleet's and the channel's laid over each other, the
 * narrower first. It begins with the first word of the op's own, and ends with a terminate.
 *
 * The same rule as `mostSevere` has for the status of a moment, which a spec holds it to.
 */
export function effectiveSegments(narrowestFirst: readonly (readonly Segment[])[]): readonly Segment[] {
  const [own = []] = narrowestFirst;
  const [first] = own;
  if (!first) return [];
  const at = narrowestFirst.map(() => 0);
  const effective: Segment[] = [];
  for (let now = first.since; now < Infinity; now = nextChange(narrowestFirst, at)) {
    const said = narrowestFirst.map((segments, index) => segments[advance(segments, at, index, now)]);
    const decided = mostSevereOf(said) ?? first;
    const last = effective.at(-1);
    if (last?.state === decided.state && last.scope === decided.scope) continue;
    effective.push(decided.since === now ? decided : { ...decided, since: now });
    if (decided.state === "terminated") break;
  }
  return effective;
}

/** What decides of several words; of two that are alike the narrower, so name that first. */
export function mostSevereOf(narrowestFirst: readonly (Segment | undefined)[]): Segment | undefined {
  return narrowestFirst.reduce<Segment | undefined>(
    (narrower, wider) => (narrower && (!wider || severity[wider.state] <= severity[narrower.state]) ? narrower : wider),
    undefined,
  );
}

/** Steps to the last word that was said by then; a scope's first word goes back as far as one likes. */
function advance(segments: readonly Segment[], at: number[], index: number, now: number): number {
  let position = at[index] ?? 0;
  for (;;) {
    const next = segments[position + 1];
    if (!next || next.since > now) break;
    position++;
  }
  at[index] = position;
  return position;
}

function nextChange(all: readonly (readonly Segment[])[], at: readonly number[]): number {
  return Math.min(...all.map((segments, index) => segments[(at[index] ?? 0) + 1]?.since ?? Infinity));
}
