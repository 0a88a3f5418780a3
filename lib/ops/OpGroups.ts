import { type GroupedObservable, Observable } from "rxjs";
import { isSameStatus, type OpStatus } from "../opStatus.js";
import { LatestStatus } from "./Latest.js";
import { Multicast } from "./Multicast.js";

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

  /** Brings the op's group up to the table. */
  sync(opId: string): void {
    if (!this.#wanted) return;
    const tracked = this.#tracking.isTracked(opId);
    const group = this.#open.get(opId);
    if (group) {
      this.#tell(group.latest, this.#tracking.statusOf(opId));
      if (!tracked) this.#close(opId, group);
    } else if (tracked) {
      this.#openGroup(opId);
    }
  }

  /** Brings every open group up to the table. */
  syncAll(): void {
    for (const opId of this.#open.keys()) this.sync(opId);
  }

  error(error: unknown): void {
    for (const { latest } of this.#takeAll()) latest.error(error);
    this.#groups.error(error);
  }

  complete(): void {
    for (const { latest } of this.#takeAll()) latest.complete();
    this.#groups.complete();
  }

  #tell(latest: LatestStatus, status: OpStatus): void {
    // A terminated op that is forgotten reads as running afterwards; nobody shall be told that it runs again.
    if (latest.value.state !== "terminated" && !isSameStatus(latest.value, status)) latest.next(status);
  }

  #close(opId: string, { latest }: Group): void {
    this.#open.delete(opId);
    latest.complete();
  }

  #openGroup(opId: string): void {
    const latest = new LatestStatus(this.#tracking.statusOf(opId), this.#onThrow);
    const grouped = Object.assign(latest.asObservable(), { key: opId });
    this.#open.set(opId, { latest, grouped });
    this.#groups.next(grouped);
  }

  #takeAll(): Group[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    this.#wanted = false;
    return open;
  }
}
