import { getEventListeners } from "node:events";

/** How many wait for that signal's abort. */
export function listenersOf(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

/** How many signals the runtime remembers to have made of that one with `AbortSignal.any`, collected ones included. */
export function followersKeptBy(signal: AbortSignal): number {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kDependantSignals");
  const kept = key && (signal as unknown as Record<symbol, { readonly size: number } | undefined>)[key];
  return kept ? kept.size : 0;
}

/** A signal that is never aborted. */
export function neverAborted(): AbortSignal {
  return new AbortController().signal;
}
