import type { OpControlSignal, OpStatus } from "../../../lib/opStatus.js";
import { describePossible, ownStateIn, type Possible, RUNNING, TERMINATED } from "./possible.js";
import { ScopeModel } from "./ScopeModel.js";

/** Where in what was sent a fence stands. */
export interface Fence {
  readonly number: number;
  readonly era: number;
}

/** What is wrong with a status. */
export interface Wrong {
  readonly opId: string;
  readonly what: string;
}

/**
 * What the statuses of one subscriber can be, by what its gateway sent it.
 *
 * Its time is cut into eras: a new one begins whenever something may have been lost. When a fence of this era has been
 * taken in, everything that was sent before it in this era has too. What was sent in an era before may have arrived or
 * not, and the model keeps both possible until it is told what has come of it.
 */
export class SubscriberModel {
  /** How many signals had to arrive so far, how many of them were TERMINATE, and how many of those were obeyed. */
  readonly due = { signals: 0, terminates: 0, obeyed: 0 };
  #era = 0;
  #number = 0;
  /** By id, reserved ones included; those that are terminated for good are in `#over`. */
  readonly #scopes = new Map<string, ScopeModel>();
  readonly #over = new Set<string>();

  get era(): number {
    return this.#era;
  }

  beginEra(): void {
    this.#era++;
  }

  /** It is about to be sent, whether it will arrive or not. */
  send(opId: string, signal: OpControlSignal): void {
    this.#number++;
    if (this.#over.has(opId)) return;
    let scope = this.#scopes.get(opId);
    if (!scope) this.#scopes.set(opId, (scope = new ScopeModel()));
    scope.send({ signal, number: this.#number, era: this.#era });
  }

  fence(): Fence {
    return { number: this.#number, era: this.#era };
  }

  /** The fence was taken in, and only one stream had anything under way: what is due has arrived. */
  settle({ number, era }: Fence, look: (opId: string) => OpStatus): Wrong | undefined {
    for (const [opId, scope] of this.#scopes) {
      const { signals, terminates } = scope.settle(number, era);
      this.due.signals += signals;
      this.due.terminates += terminates;
      if (look(opId).state === "terminated") this.due.obeyed += terminates;
    }
    return this.check(look);
  }

  /** Whether every status can be; what is not settled may still be under way. */
  check(look: (opId: string) => OpStatus): Wrong | undefined {
    for (const [opId, scope] of this.#scopes) {
      const status = look(opId);
      const wrong = this.checkStatus(status);
      if (wrong) return wrong;
      if (!scope.isSettled) continue;
      scope.observe(ownStateIn(status));
      if (!scope.isOver) continue;
      this.#scopes.delete(opId);
      this.#over.add(opId);
    }
    return undefined;
  }

  /** Whether what was terminated is so still, by its own signal or by anyone's. */
  checkTerminated(look: (opId: string) => OpStatus): Wrong | undefined {
    for (const opId of this.#over) {
      const wrong = this.checkStatus(look(opId));
      if (wrong) return wrong;
    }
    return undefined;
  }

  checkStatus(status: OpStatus): Wrong | undefined {
    const { opId } = status;
    const own = ownStateIn(status);
    const possible = this.#possible(opId);
    if ((own & possible) === 0) {
      const what = `is ${status.state} (scope ${status.scope}), but of itself it can only be `;
      return { opId, what: what + describePossible(possible) };
    }
    if (own === TERMINATED) this.#scopes.get(opId)?.observe(TERMINATED);
    return undefined;
  }

  /** Which of these ids certainly lets nothing run. */
  stoppedBy(opIds: readonly string[]): string | undefined {
    return opIds.find((opId) => (this.#possible(opId) & RUNNING) === 0);
  }

  #possible(opId: string): Possible {
    return this.#over.has(opId) ? TERMINATED : (this.#scopes.get(opId)?.possible ?? RUNNING);
  }
}
