import { type OpControlSignal, type OpState, type OpStatus, scopeOfId } from "../../../lib/opStatus.js";

/** A set of states, one bit each. */
export type Possible = number;

export const RUNNING = 1;
export const PAUSED = 2;
export const TERMINATED = 4;
export const ANY = RUNNING | PAUSED | TERMINATED;

const targets: Readonly<Record<OpControlSignal, Possible>> = {
  RESUME: RUNNING,
  PAUSE: PAUSED,
  TERMINATE: TERMINATED,
};

const states: readonly (readonly [OpState, Possible])[] = [
  ["running", RUNNING],
  ["paused", PAUSED],
  ["terminated", TERMINATED],
];

/** What can be after a signal that has arrived: a TERMINATE is final. */
export function after(before: Possible, signal: OpControlSignal): Possible {
  return (before & TERMINATED) | (before === TERMINATED ? 0 : targets[signal]);
}

/** What can be after a signal that may have arrived. */
export function perhapsAfter(before: Possible, signal: OpControlSignal): Possible {
  return before | after(before, signal);
}

/** What a status says of what its id was told itself: the most severe of all scopes hides what is less severe. */
export function ownStateIn({ opId, state, scope }: OpStatus): Possible {
  const own = states.find(([name]) => name === state)![1];
  if (state === "running" || scope === scopeOfId(opId)) return own;
  if (state === "terminated") return ANY;
  // Of equals the narrowest decides; but that the channel holds everything hides the rest.
  return scope === "channel" ? RUNNING | PAUSED : RUNNING;
}

export function describePossible(possible: Possible): string {
  return states
    .filter(([, bit]) => possible & bit)
    .map(([name]) => name)
    .join(" or ");
}
