import { setMaxListeners } from "node:events";
import { Subscription } from "rxjs";
import { terminationOf } from "./operators/terminationOf.js";
import { throwOnTerminated } from "./operators/throwOnTerminated.js";
import type { StatusObservable } from "./ops/StatusObservable.js";

/** What is kept for an op while somebody holds its signal, or one that was made of it. */
interface Entry {
  readonly opId: string;
  readonly status$: StatusObservable;
  /** Never handed out; what is handed out follows it. */
  readonly root: AbortController;
  readonly subscription: Subscription;
  handedOut: WeakRef<AbortSignal> | undefined;
  /** What was handed out, held strongly where the runtime does not keep those that follow it. */
  kept: AbortSignal | undefined;
}

/**
 * Node 22 loses a signal made by `AbortSignal.any`, listeners and all, once the signal that it was made of has been
 * collected; measured with 22.23.3, not so with 20.20.2. A terminate would go unheard, so that elsewhere than on Node 20
 * what was handed out is kept until the op is terminated or the subscriber closed.
 */
const RUNTIME_KEEPS_FOLLOWERS = process.versions.node.startsWith("20.");

/**
 * One AbortSignal per op, aborted when the op is terminated, and kept no longer than it can matter to somebody.
 *
 * It can matter though nobody holds it: to its listeners, and to those of a signal that `AbortSignal.any` made of it.
 * Neither keeps a signal alive in Node; with a controller held weakly here both were collected, and a terminate would
 * have gone unheard. So what is handed out only follows a root that is held here (a following signal is kept alive by
 * the runtime while it has listeners), and the root goes when the last of those that follow it has been collected.
 *
 * @internal
 */
export class OpAbortSignals {
  readonly #watch: (opId: string) => StatusObservable;
  readonly #entries = new Map<string, Entry>();
  readonly #awaited = new WeakSet<AbortSignal>();
  readonly #collected = new FinalizationRegistry<Entry>((entry) => {
    this.#review(entry);
  });

  constructor(watch: (opId: string) => StatusObservable) {
    this.#watch = watch;
  }

  get(opId: string): AbortSignal {
    const entry = this.#entries.get(opId) ?? this.#open(opId);
    abortIfTerminated(entry);
    const held = entry.handedOut?.deref();
    if (held) return held;
    const signal = AbortSignal.any([entry.root.signal]);
    // It is meant for as many as care; Node would take the eleventh for a leak.
    setMaxListeners(0, signal);
    entry.handedOut = new WeakRef(signal);
    if (!RUNTIME_KEEPS_FOLLOWERS && !signal.aborted && this.#entries.get(opId) === entry) entry.kept = signal;
    this.#await(signal, entry);
    return signal;
  }

  #open(opId: string): Entry {
    const root = new AbortController();
    const status$ = this.#watch(opId);
    const entry: Entry = {
      status$,
      opId,
      root,
      subscription: new Subscription(),
      handedOut: undefined,
      kept: undefined,
    };
    this.#entries.set(opId, entry);
    entry.subscription.add(
      status$.pipe(throwOnTerminated()).subscribe({
        error: (reason: unknown) => {
          root.abort(reason);
        },
        complete: () => {
          this.#entries.delete(opId);
        },
      }),
    );
    return entry;
  }

  #await(signal: AbortSignal, entry: Entry): void {
    if (this.#awaited.has(signal)) return;
    this.#awaited.add(signal);
    this.#collected.register(signal, entry);
  }

  #review(entry: Entry): void {
    const { opId, root, subscription } = entry;
    const followers = root.signal.aborted ? [] : followersOf(root.signal);
    // A runtime that does not tell who follows: to hold on is the safe side.
    if (!followers) return;
    for (const follower of followers) this.#await(follower, entry);
    if (followers.length > 0) return;
    subscription.unsubscribe();
    if (this.#entries.get(opId) === entry) this.#entries.delete(opId);
  }
}

/** Somebody may ask for the signal while others are told of the terminate, before it is the signal's turn. */
function abortIfTerminated({ status$, root }: Entry): void {
  const { value } = status$;
  if (value.state === "terminated" && !root.signal.aborted) root.abort(terminationOf(value));
}

/**
 * The signals made of this one by `AbortSignal.any`, where the runtime can be asked: Node keeps weak references to them
 * in an iterable (no `Set` of ours) at the signal.
 */
function followersOf(signal: AbortSignal): readonly AbortSignal[] | undefined {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => description === "kDependantSignals");
  const references = key && (signal as unknown as Record<symbol, Iterable<WeakRef<AbortSignal>> | undefined>)[key];
  if (typeof references?.[Symbol.iterator] !== "function") return undefined;
  return [...references].flatMap((reference) => reference.deref() ?? []);
}
