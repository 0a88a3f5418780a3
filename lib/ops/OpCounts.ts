import type { Observable } from "rxjs";
import type { OpState } from "../opStatus.js";

/**
 * What can be counted of a table of ops.
 *
 * @internal
 */
export interface OpCounts {
  /** Whom a pause or a terminate reaches, as it does; completes at the table's end, also where that is a failure. */
  readonly reached$: Observable<Reach>;
  /** Counts what there is now; it takes a look at each watched op. */
  census(): OpCensus;
}

/**
 * So many subscribers have been told of a pause or of a terminate, be it as it happened or as they subscribed.
 *
 * @internal
 */
export interface Reach {
  readonly state: Exclude<OpState, "running">;
  readonly subscribers: number;
}

/**
 * How many there are of what a table of ops keeps.
 *
 * @internal
 */
export interface OpCensus {
  /** The ops that are tracked, by what they may do; the reserved ids are no ops. */
  readonly tracked: Readonly<Record<OpState, number>>;
  /** The subscribers to the statuses of what is paused: those that a pause holds up. */
  readonly waiters: number;
}
