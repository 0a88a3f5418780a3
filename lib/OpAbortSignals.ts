import { setMaxListeners } from "node:events";
import { Subscription } from "rxjs";
import { followersOf, linkBetween, wayToLearn, type WayToLearn } from "./abortSignalLinks.js";
import { keepWithResources } from "./keepWithResources.js";
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
  /** How many things are left whose end is waited for. */
  awaited: number;
  handedOut: WeakRef<AbortSignal> | undefined;
  /** What was handed out, held strongly while it must not be collected. */
  kept: AbortSignal | undefined;
}

/**
 * One AbortSignal per op, aborted when the op is terminated, and kept no longer than it can matter to somebody.
 *
 * It can matter though nobody holds it: to its listeners, and to those of a signal that `AbortSignal.any` made of it.
 * Neither keeps a signal alive in Node; with a controller held weakly here both were collected, and a terminate would
 * have gone unheard. So what is handed out only follows a root that is held here (a following signal is kept alive by
 * the runtime while it has listeners), and the root goes when the last of those that follow it has been collected.
 * Where the runtime gives no way to learn that, each is held until the op is terminated or the subscriber closed.
 *
 * @internal
 */
export class OpAbortSignals {
  readonly #watch: (opId: string) => StatusObservable;
  readonly #way: WayToLearn;
  readonly #entries = new Map<string, Entry>();
  readonly #entryOf = new WeakMap<AbortSignal, Entry>();
  readonly #heeded = heededAborted((signal) => {
    this.#keepForNow(signal);
  });
  readonly #collected = new FinalizationRegistry<Entry>((entry) => {
    entry.awaited--;
    this.#review(entry);
  });

  constructor(watch: (opId: string) => StatusObservable, way = wayToLearn()) {
    this.#watch = watch;
    this.#way = way;
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
    this.#await(signal, entry);
    if (!signal.aborted && this.#entries.get(opId) === entry) this.#keep(signal, entry);
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
      awaited: 0,
      handedOut: undefined,
      kept: undefined,
    };
    this.#entries.set(opId, entry);
    entry.subscription.add(
      status$.pipe(throwOnTerminated()).subscribe({
        error: (reason: unknown) => {
          entry.kept = undefined;
          root.abort(reason);
        },
        complete: () => {
          entry.kept = undefined;
          this.#entries.delete(opId);
        },
      }),
    );
    return entry;
  }

  #await(signal: AbortSignal, entry: Entry): void {
    if (this.#entryOf.has(signal)) return;
    this.#entryOf.set(signal, entry);
    entry.awaited++;
    const link = this.#way === "links" ? linkBetween(signal, entry.root.signal) : undefined;
    this.#collected.register(link ?? signal, entry);
  }

  #keep(signal: AbortSignal, entry: Entry): void {
    if (this.#way === "none") {
      entry.kept = signal;
      return;
    }
    keepWithResources(signal);
    if (this.#way === "followers") Object.defineProperty(signal, "aborted", this.#heeded);
  }

  /** Whoever reads `aborted` may be `AbortSignal.any`; once it has returned, there is a follower or there is none. */
  #keepForNow(signal: AbortSignal): void {
    const entry = this.#entryOf.get(signal);
    if (!entry || entry.kept || entry.root.signal.aborted || this.#entries.get(entry.opId) !== entry) return;
    entry.kept = signal;
    queueMicrotask(() => {
      this.#review(entry);
    });
  }

  #review(entry: Entry): void {
    const { opId, root, subscription } = entry;
    if (this.#way === "followers" && !root.signal.aborted) {
      const handedOut = entry.handedOut?.deref();
      const followers = followersOf(root.signal);
      for (const follower of followers) this.#await(follower, entry);
      entry.kept = followers.some((follower) => follower !== handedOut) ? handedOut : undefined;
    }
    if (entry.awaited > 0) return;
    subscription.unsubscribe();
    if (this.#entries.get(opId) === entry) this.#entries.delete(opId);
  }
}

/** A signal's own `aborted`, which says so before it answers. */
function heededAborted(heed: (signal: AbortSignal) => void): PropertyDescriptor & ThisType<AbortSignal> {
  return {
    configurable: true,
    get() {
      heed(this);
      return Reflect.get(AbortSignal.prototype, "aborted", this);
    },
  };
}

/** Somebody may ask for the signal while others are told of the terminate, before it is the signal's turn. */
function abortIfTerminated({ status$, root }: Entry): void {
  const { value } = status$;
  if (value.state === "terminated" && !root.signal.aborted) root.abort(terminationOf(value));
}
