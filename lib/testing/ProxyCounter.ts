import { BehaviorSubject, type Observable } from "rxjs";

/** What a {@link FaultProxy} has seen so far. */
export interface ProxyCounts {
  /** The connections that it was asked for since it started, refused ones included. */
  readonly accepted: number;
  /** Those that it took in and that their agents have not ended since. */
  readonly open: number;
  /** The bytes that were lost in a black hole or on a stalled connection. */
  readonly swallowed: number;
}

/**
 * Counts for a proxy.
 *
 * @internal
 */
export class ProxyCounter {
  readonly #counts$ = new BehaviorSubject<ProxyCounts>({ accepted: 0, open: 0, swallowed: 0 });
  readonly counts$: Observable<ProxyCounts> = this.#counts$.asObservable();

  get counts(): ProxyCounts {
    return this.#counts$.value;
  }

  add(count: keyof ProxyCounts, difference: number): void {
    this.#counts$.next({ ...this.counts, [count]: this.counts[count] + difference });
  }
}
