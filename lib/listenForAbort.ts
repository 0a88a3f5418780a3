import { getMaxListeners, setMaxListeners } from "node:events";

/**
 * Listens for a signal's abort, and returns how to stop.
 *
 * Many listeners of one signal are no leak here (they go when what they wait for is over), so the bound beyond which
 * Node warns of one is moved along with them.
 *
 * @internal
 */
export function listenForAbort(signal: AbortSignal, listener: () => void): () => void {
  let listening = true;
  const stop = (): void => {
    if (!listening) return;
    listening = false;
    signal.removeEventListener("abort", listener);
    moveBound(signal, -1);
  };
  moveBound(signal, 1);
  signal.addEventListener("abort", listener);
  return stop;
}

function moveBound(signal: AbortSignal, by: number): void {
  const bound = boundOf(signal);
  if (bound > 0) setMaxListeners(bound + by, signal);
}

/** 0 stands for no bound; Node does not tell it of a signal, but throws. */
function boundOf(signal: AbortSignal): number {
  try {
    return getMaxListeners(signal);
  } catch {
    return 0;
  }
}
