/** A part of a signal that Node keeps under a symbol; it is iterable, and no `Set` or `WeakRef` of ours. */
type Kept = Iterable<{ deref(): AbortSignal | undefined }>;

/**
 * The signals that `AbortSignal.any` has made of this one, directly or not: Node keeps weak references to them. Some
 * versions do so only once a signal is listened to, so that what this returns may be too few.
 *
 * @internal
 */
export function followersOf(signal: AbortSignal): readonly AbortSignal[] {
  return [...keptAt(signal, "kDependantSignals")].flatMap((reference) => reference.deref() ?? []);
}

/**
 * What ties a signal that `AbortSignal.any` has made to one that it follows, where the runtime has such a thing. All that
 * are made of the first have the same, also through others, so that it lives as long as any of them.
 *
 * @internal
 */
export function linkBetween(follower: AbortSignal, followed: AbortSignal): object | undefined {
  return [...keptAt(follower, "kSourceSignals")].find((reference) => reference.deref() === followed);
}

function keptAt(signal: AbortSignal, what: string): Kept {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === what);
  const kept = key && (signal as unknown as Record<symbol, Kept | undefined>)[key];
  return typeof kept?.[Symbol.iterator] === "function" ? kept : [];
}

/**
 * How the runtime lets one learn that nothing is left which follows a signal.
 *
 * - `"followers"`: it tells them all (`followersOf`), and reads `aborted` of what a new one is made of. Among these is
 *   Node 22, which loses a signal made by `AbortSignal.any`, listeners and all, once the one it was made of has been
 *   collected (measured with 22.23.3 and 24.14.0, not so with 20.20.2 and 24.21.0): that one has to be held.
 * - `"links"`: what ties them is collected (`linkBetween`). Node 24.21 and 26.
 * - `"none"`: it cannot be learnt.
 *
 * @internal
 */
export type WayToLearn = "followers" | "links" | "none";

let way: WayToLearn | undefined;

/** @internal */
export function wayToLearn(): WayToLearn {
  way ??= tryOut();
  return way;
}

function tryOut(): WayToLearn {
  const root = new AbortController().signal;
  const middle = AbortSignal.any([root]);
  const asked = new Set<AbortSignal>();
  Object.defineProperty(middle, "aborted", {
    get: () => {
      asked.add(middle);
      return false;
    },
  });
  const follower = AbortSignal.any([middle]);
  if (asked.has(middle) && followersOf(root).includes(follower)) return "followers";
  const link = linkBetween(middle, root);
  return link && link === linkBetween(follower, root) ? "links" : "none";
}
