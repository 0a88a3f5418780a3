import { type GroupedObservable, Observable } from "rxjs";
import { isSameStatus, type OpStatus } from "../opStatus.js";
import { LatestStatus } from "./Latest.js";
import { Multicast } from "./Multicast.js";
import { StatusObservable } from "./StatusObservable.js";

/** What the groups need to know of the table. */
interface Tracking {
  isTracked(opId: string): boolean;
  trackedIds(): Iterable<string>;
  statusOf(opId: string): OpStatus;
}

interface Group {
  readonly latest: LatestStatus;
  readonly grouped: GroupedObservable<string, OpStatus>;
}

/**
 * The statuses partitioned by op id, `groupBy` for dashboards: a group opens when an op becomes tracked and completes
 * when it is let go.
 *
 * RxJS's `groupBy` cannot be it: closing one of n open groups costs it O(n), and it knows no op that was tracked before
 * it was subscribed. The groups are kept from the first subscriber on; until then they cost nothing.
 *
 * @internal
 */
export class OpGroups {
  readonly #tracking: Tracking;
  readonly #onThrow: (thrown: unknown) => void;
  readonly #groups: Multicast<GroupedObservable<string, OpStatus>>;
  readonly #open = new Map<string, Group>();
  #wanted = false;

  constructor(tracking: Tracking, onThrow: (thrown: unknown) => void) {
    this.#tracking = tracking;
    this.#onThrow = onThrow;
    this.#groups = new Multicast(onThrow);
  }

  /** Whether anybody has asked for them. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /** Emits the groups that are open and every further one as it opens. */
  asObservable(): Observable<GroupedObservable<string, OpStatus>> {
    return new Observable((subscriber) => {
      if (!this.#wanted && !this.#groups.ended) {
        this.#wanted = true;
        for (const opId of this.#tracking.trackedIds()) this.sync(opId);
      }
      const open = [...this.#open.values()];
      this.#groups.add(subscriber);
      for (const { grouped } of open) subscriber.next(grouped);
    });
  }

  /** Brings the op's group up to the table, and tells of it. */
  sync(opId: string): void {
    this.prepare([opId])();
  }

  /** Brings the ops' groups up to the table, and returns how to tell of it. */
  prepare(opIds: Iterable<string>): () => void {
    const tells: (() => void)[] = [];
    if (this.#wanted) for (const opId of opIds) this.#prepare(opId, tells);
    return () => {
      for (const tell of tells) tell();
    };
  }

  /** The ops that have an open group. */
  openIds(): Iterable<string> {
    return this.#open.keys();
  }

  prepareError(error: unknown): () => void {
    return this.#prepareEnd((stream) => stream.prepareError(error));
  }

  prepareComplete(): () => void {
    return this.#prepareEnd((stream) => stream.prepareComplete());
  }

  #prepare(opId: string, tells: (() => void)[]): void {
    const tracked = this.#tracking.isTracked(opId);
    const group = this.#open.get(opId);
    if (!group) {
      if (tracked) tells.push(this.#openGroup(opId));
      return;
    }
    const { latest } = group;
    const status = this.#tracking.statusOf(opId);
    // A terminated op that is forgotten reads as running afterwards; nobody shall be told that it runs again.
    const isNews = latest.value.state !== "terminated" && !isSameStatus(latest.value, status);
    if (isNews) tells.push(latest.prepare(status));
    if (tracked) return;
    this.#open.delete(opId);
    tells.push(latest.prepareComplete());
  }

  #openGroup(opId: string): () => void {
    const latest = new LatestStatus(this.#tracking.statusOf(opId), this.#onThrow);
    const status$ = new StatusObservable(
      () => latest.value,
      (subscriber) => {
        latest.add(subscriber);
      },
    );
    const grouped = Object.assign(status$, { key: opId });
    this.#open.set(opId, { latest, grouped });
    const subscribers = this.#groups.subscribers();
    return () => {
      this.#groups.next(grouped, subscribers);
    };
  }

  #prepareEnd(prepare: <T>(stream: Multicast<T>) => () => void): () => void {
    const tells = [...this.#open.values()].map(({ latest }) => prepare(latest));
    tells.push(prepare(this.#groups));
    this.#open.clear();
    this.#wanted = false;
    return () => {
      for (const tell of tells) tell();
    };
  }
}
