/** What listens at one signal, on behalf of all who want to know of its abort. */
interface Hub {
  readonly listeners: Set<() => void>;
  readonly onAbort: () => void;
}

const hubs = new WeakMap<AbortSignal, Hub>();

/**
 * Listens for a signal's abort, and returns how to stop.
 *
 * All who do share one listener at the signal itself: there, adding and removing costs Node a search (30,000 waits on
 * one signal stalled for 15 s), and the eleventh it would take for a leak.
 *
 * @internal
 */
export function listenForAbort(signal: AbortSignal, listener: () => void): () => void {
  const hub = hubs.get(signal) ?? openHub(signal);
  // A function of its own, for the same listener may be given twice.
  const tell = (): void => {
    listener();
  };
  hub.listeners.add(tell);
  return () => {
    if (hub.listeners.delete(tell) && hub.listeners.size === 0) closeHub(signal, hub);
  };
}

function openHub(signal: AbortSignal): Hub {
  const listeners = new Set<() => void>();
  const hub: Hub = {
    listeners,
    onAbort: () => {
      closeHub(signal, hub);
      // One that is told may make another stop.
      for (const tell of [...listeners]) if (listeners.delete(tell)) tell();
    },
  };
  hubs.set(signal, hub);
  signal.addEventListener("abort", hub.onAbort);
  return hub;
}

function closeHub(signal: AbortSignal, hub: Hub): void {
  signal.removeEventListener("abort", hub.onAbort);
  if (hubs.get(signal) === hub) hubs.delete(signal);
}
