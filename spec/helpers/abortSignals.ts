import { getEventListeners } from "node:events";
import { collectEverything } from "./garbage.js";

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

/**
 * Whether this runtime still tells whoever listens to what `AbortSignal.any` made of what it made itself, once the one
 * between has been collected, though the first is held: Node 22 and early 24 do not.
 */
export async function runtimeKeepsWhatFollowsAFollower(): Promise<boolean> {
  const controller = new AbortController();
  let told = false;
  (() => {
    AbortSignal.any([AbortSignal.any([controller.signal])]).addEventListener("abort", () => (told = true));
  })();
  await collectEverything();
  controller.abort();
  return told;
}
