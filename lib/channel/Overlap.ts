import { scopeOfId } from "../opStatus.js";
import { parseSignal } from "../parseSignal.js";

/** So many ops that were signalled in the short time that two streams overlap, and the older one is let go early. */
const MAX_SIGNALLED = 10_000;

/**
 * What of an older stream still counts while its successor is live as well.
 *
 * The older one is not cut off at once, since a TERMINATE may be under way on it that was sent before its successor was
 * there. But it may also lag behind: a RESUME of it that a PAUSE has overtaken on the successor would let the op run.
 * What is sent since the successor is live comes on both streams, so of an op that the successor has spoken of the
 * older stream has nothing to add but a TERMINATE.
 *
 * @internal
 */
export class Overlap {
  readonly #signalled = new Set<string>();

  /** Takes note of what the successor says; false when there is no room for more of it. */
  note(message: unknown): boolean {
    const signal = parseSignal(message);
    if (!("malformed" in signal)) this.#signalled.add(keyOf(signal.opId));
    return this.#signalled.size <= MAX_SIGNALLED;
  }

  /** Whether what the older stream says still counts. */
  counts(message: unknown): boolean {
    const signal = parseSignal(message);
    if ("malformed" in signal) return false;
    return signal.signal === "TERMINATE" || !this.#signalled.has(keyOf(signal.opId));
  }
}

/** Signals to one scope are in one order, under whichever of its ids they come. */
function keyOf(opId: string): string {
  const scope = scopeOfId(opId);
  return scope === "op" ? opId : scope;
}
