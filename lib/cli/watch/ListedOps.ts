import { noop, type Observable, type Unsubscribable } from "rxjs";
import { AgingMap } from "../../ops/AgingMap.js";
import type { OpStatus } from "../../opStatus.js";

/** Where ops are watched. */
interface Watching {
  status(opId: string): Observable<unknown>;
}

/**
 * The ops that are listed, within a bound. Each is watched, so that a wider scope's change is told of it as well.
 *
 * At the bound that one goes which has ended and has not changed for longest, else one that runs, and a paused one at
 * last.
 */
export class ListedOps implements Disposable {
  readonly #control: Watching;
  readonly #limit: number;
  readonly #watched = new Map<string, Unsubscribable>();
  readonly #pinned = new Set<string>();
  /** In the order in which they go. */
  readonly #byAge = {
    terminated: new AgingMap<string, true>(),
    running: new AgingMap<string, true>(),
    paused: new AgingMap<string, true>(),
  };

  constructor(control: Watching, limit: number) {
    this.#control = control;
    this.#limit = limit;
  }

  has(opId: string): boolean {
    return this.#watched.has(opId);
  }

  /** Lists an op for good. */
  pin(opId: string): void {
    this.#pinned.add(opId);
    this.#watch(opId);
  }

  /** Lists an op, or notes that it has changed; returns the one that had to go for it. */
  touch({ opId, state }: OpStatus): string | undefined {
    if (this.#pinned.has(opId)) return undefined;
    const isNew = !this.has(opId);
    const dropped = isNew ? this.#makeRoom() : undefined;
    if (isNew) this.#watch(opId);
    for (const ops of Object.values(this.#byAge)) ops.delete(opId);
    this.#byAge[state].set(opId, true);
    return dropped;
  }

  [Symbol.dispose](): void {
    for (const watching of this.#watched.values()) watching.unsubscribe();
  }

  #watch(opId: string): void {
    // What it tells is taken from the stream of all statuses, which has one order, and its end from the channel's.
    this.#watched.set(opId, this.#control.status(opId).subscribe({ error: noop }));
  }

  #makeRoom(): string | undefined {
    if (this.#watched.size - this.#pinned.size < this.#limit) return undefined;
    const dropped = Object.values(this.#byAge)
      .find(({ size }) => size > 0)
      ?.removeOldest();
    if (dropped === undefined) return undefined;
    this.#watched.get(dropped)?.unsubscribe();
    this.#watched.delete(dropped);
    return dropped;
  }
}
