import type { OpControlSignal } from "../../../lib/opStatus.js";
import { after, perhapsAfter, type Possible, RUNNING, TERMINATED } from "./possible.js";

/** A signal that was sent and that nothing has shown to have arrived. */
interface Sent {
  readonly signal: OpControlSignal;
  /** Counted over all of a subscriber's signals. */
  readonly number: number;
  readonly era: number;
}

/** How many signals had to arrive, and how many of them were TERMINATE. */
export interface Due {
  readonly signals: number;
  readonly terminates: number;
}

/** What one id can have come to, by what it was sent and what of that must have arrived. */
export class ScopeModel {
  #settled: Possible = RUNNING;
  #possible: Possible = RUNNING;
  #sent: Sent[] = [];

  /** What can be now, with all of what is under way arrived or not. */
  get possible(): Possible {
    return this.#possible;
  }

  /** Whether it is terminated whatever happens. */
  get isOver(): boolean {
    return this.#settled === TERMINATED;
  }

  get isSettled(): boolean {
    return this.#sent.length === 0;
  }

  send(sent: Sent): void {
    this.#sent.push(sent);
    this.#possible = perhapsAfter(this.#possible, sent.signal);
  }

  /** Everything up to that number that was sent in the era has arrived; of what was sent earlier nobody can tell. */
  settle(number: number, era: number): Due {
    const due = { signals: 0, terminates: 0 };
    for (const sent of this.#sent) {
      if (sent.number > number) break;
      const isDue = sent.era === era;
      this.#settled = (isDue ? after : perhapsAfter)(this.#settled, sent.signal);
      if (!isDue) continue;
      due.signals++;
      if (sent.signal === "TERMINATE") due.terminates++;
    }
    this.#sent = this.#sent.filter((sent) => sent.number > number);
    this.#look();
    return due;
  }

  /** It was seen to be one of these after it was settled, or to be terminated at any time. */
  observe(seen: Possible): void {
    this.#settled = seen === TERMINATED ? TERMINATED : this.#settled & seen;
    this.#look();
  }

  #look(): void {
    this.#possible = this.#sent.reduce((possible, { signal }) => perhapsAfter(possible, signal), this.#settled);
  }
}
