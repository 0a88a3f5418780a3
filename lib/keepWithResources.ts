/** For each resource what somebody waits for on its behalf. */
const signalsOf = new WeakMap<object, Set<AbortSignal>>();

/**
 * Has a signal live as long as whatever it is listened to on behalf of.
 *
 * Node's `util.aborted(signal, resource)` listens for as long as the resource lives, but does not keep the signal: where
 * nobody else holds that, it is collected, and the abort goes unheard (Node 20.19 to 26.10). The resource comes with the
 * listener's options under a symbol of Node's own, and nothing else does.
 *
 * @internal
 */
export function keepWithResources(signal: AbortSignal): void {
  Object.defineProperty(signal, "addEventListener", ownAddEventListener);
}

const ownAddEventListener: PropertyDescriptor = {
  configurable: true,
  writable: true,
  value(this: AbortSignal, ...args: Parameters<AbortSignal["addEventListener"]>): void {
    for (const resource of resourcesIn(args[2])) {
      const signals = signalsOf.get(resource) ?? new Set();
      signalsOf.set(resource, signals.add(this));
    }
    EventTarget.prototype.addEventListener.apply(this, args);
  },
};

function resourcesIn(options: unknown): readonly object[] {
  if (typeof options !== "object" || options === null) return [];
  return Object.getOwnPropertySymbols(options)
    .map((symbol) => (options as Record<symbol, unknown>)[symbol])
    .filter((value) => (typeof value === "object" && value !== null) || typeof value === "function");
}
