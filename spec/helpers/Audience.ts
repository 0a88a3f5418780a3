import { Subject, Subscription } from "rxjs";
import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpState, Verdict } from "../../lib/opStatus.js";
import { subscribeThrowing } from "./subscribeThrowing.js";

/** What somebody does in the midst of being told something. */
export type Reaction =
  | { readonly do: "watch" | "wait" | "gate"; readonly opId: string }
  | { readonly do: "push" | "leave" | "throw" | "close" };

/** A reaction to the first status of that kind. */
export interface Reflex {
  readonly on: OpState;
  readonly then: Reaction;
}

/** What the channel has come to, where it is over: one that has failed may be closed afterwards. */
export type End = "failed" | "closed" | undefined;

/** What of a status is part of the contract: not which signal let an op run, nor who terminated it again. */
export function essence({ state, scope, sequence }: Verdict): string {
  return state === "paused" ? `paused by ${scope} ${sequence}` : state;
}

/**
 * Everyone who uses a subscriber, and all that they were told. It finds what contradicts what the subscriber says at
 * that moment, or what another one is told.
 */
export class Audience {
  readonly wrongs: string[] = [];
  /** How much was told. */
  told = 0;
  /** Whether somebody has called `close()`, and whether that was while no status was being told. */
  closing = false;
  closingBetween = false;
  readonly #watchers: Watcher[] = [];
  readonly #waiters: Waiter[] = [];
  readonly #gates: Gate[] = [];
  #depth = 0;

  constructor(
    readonly control: OpControlSubscriber,
    readonly now: () => number,
    opIds: readonly string[],
  ) {
    for (const opId of opIds) this.watch(opId);
  }

  watch(opId: string, reflex?: Reflex): void {
    new Watcher(this, opId, reflex).start(this.#watchers);
  }

  wait(opId: string, timeoutMs?: number): void {
    new Waiter(this, opId, timeoutMs).start(this.#waiters);
  }

  gate(opId: string, reaction?: Reaction): void {
    new Gate(this, opId, reaction).start(this.#gates);
  }

  /** The next value for every gate. */
  push(): void {
    for (const gate of [...this.#gates]) gate.push();
  }

  /** One of those who have come leaves, but for those who were there from the start. */
  leave(index: number): void {
    const { size } = new Set(this.#watchers.map(({ opId }) => opId));
    const all = [...this.#watchers.slice(size), ...this.#waiters, ...this.#gates];
    all[index % all.length]?.leave();
  }

  /** Somebody throws whatever status they are told, where RxJS catches it or where it cannot. */
  throwAt(opId: string, isPastRxJS: boolean): void {
    const thrown = new Error("\u001b[2Ja subscriber's own fault");
    const status$ = this.control.status(opId);
    // Not at once: whoever throws while they are being subscribed is not.
    if (isPastRxJS) subscribeThrowing(status$, thrown, 1);
    else {
      status$.subscribe({
        next: () => {
          throw thrown;
        },
        error: () => undefined,
      });
    }
  }

  close(): void {
    this.closingBetween = !this.closing && this.#depth === 0;
    this.closing = true;
    this.control.close();
  }

  react(reaction: Reaction, leave: () => void): void {
    switch (reaction.do) {
      case "push":
        this.push();
        break;
      case "leave":
        leave();
        break;
      case "close":
        this.close();
        break;
      case "throw":
        throw new Error("a handler's own fault");
      default:
        this[reaction.do](reaction.opId);
    }
  }

  /** What the one who has watched the op from the start was told. */
  reference(opId: string): readonly string[] {
    return this.#watchers.find((watcher) => watcher.opId === opId)?.log ?? [];
  }

  /** What the subscriber answers when asked. */
  stateOf(opId: string): OpState {
    if (this.control.isTerminated(opId)) return "terminated";
    return this.control.isPaused(opId) ? "paused" : "running";
  }

  /** Somebody is being told something, and does something about it. */
  telling(act: () => void): void {
    this.told++;
    this.#depth++;
    try {
      act();
    } finally {
      this.#depth--;
    }
  }

  /** When all that happens at this moment has happened. */
  check(end: End): void {
    for (const watcher of this.#watchers) watcher.check(end);
    for (const waiter of this.#waiters) waiter.check(end);
    for (const gate of this.#gates) gate.check(end);
  }
}

abstract class Listener {
  protected readonly subscription = new Subscription();
  /** How it ended: `"completed"`, or the name of the error. */
  protected end: string | undefined;
  protected hasLeft = false;
  #hasCome = false;
  #isLeaving = false;

  constructor(
    protected readonly audience: Audience,
    readonly opId: string,
  ) {}

  /** Comes among the others, and subscribes then. */
  start(others: Listener[]): void {
    others.push(this);
    this.subscribe();
    this.#hasCome = true;
    if (this.#isLeaving) this.leave();
  }

  /** While it is being subscribed, nobody has a subscription to unsubscribe. */
  leave(): void {
    this.#isLeaving = true;
    if (!this.#hasCome) return;
    if (this.end === undefined) this.hasLeft = true;
    this.subscription.unsubscribe();
  }

  protected abstract subscribe(): void;

  protected endWith(end: string): void {
    this.audience.telling(() => {
      if (this.end !== undefined || this.hasLeft) this.wrong(`is told ${end} after the end`);
      this.end = end;
    });
  }

  protected wrong(what: string): void {
    this.audience.wrongs.push(`at ${this.audience.now()}: a ${this.constructor.name} of ${this.opId} ${what}`);
  }
}

class Watcher extends Listener {
  readonly log: string[] = [];
  #reflex: Reflex | undefined;

  constructor(audience: Audience, opId: string, reflex: Reflex | undefined) {
    super(audience, opId);
    this.#reflex = reflex;
  }

  protected subscribe(): void {
    const { audience, opId } = this;
    this.subscription.add(
      audience.control.status(opId).subscribe({
        next: (status) => audience.telling(() => this.#take(status)),
        error: (error: unknown) => this.endWith((error as Error).name),
        complete: () => this.endWith("completed"),
      }),
    );
  }

  #take(status: Verdict): void {
    const { audience } = this;
    const isChange = this.log.push(essence(status)) > 1;
    const answer = audience.stateOf(this.opId);
    if (answer !== status.state) this.wrong(`is told ${status.state} when it is ${answer}`);
    if (isChange && audience.closingBetween && answer === "running") this.wrong("is let run after close()");
    if (this.#reflex?.on !== status.state) return;
    const { then } = this.#reflex;
    this.#reflex = undefined;
    audience.react(then, () => this.leave());
  }

  check(end: End): void {
    const told = this.log.join();
    const reference = this.audience.reference(this.opId);
    if (this.hasLeft) {
      if (!reference.join().includes(told)) this.wrong(`was told ${told} where another was told ${reference.join()}`);
      return;
    }
    const last = reference.slice(reference.length - this.log.length).join();
    if (told !== last) this.wrong(`was told ${told} where another was told ${reference.join()}`);
    const due = end && (end === "failed" ? "OpControlUnavailableError" : "completed");
    if (this.end !== due) this.wrong(`has ended with ${this.end ?? "nothing"} and not with ${due ?? "nothing"}`);
  }
}

class Waiter extends Listener {
  readonly #told: string[] = [];
  readonly #now: string;
  readonly #from: number;
  readonly #since: number;

  constructor(
    audience: Audience,
    opId: string,
    readonly timeoutMs = Infinity,
  ) {
    super(audience, opId);
    this.#now = audience.stateOf(opId);
    this.#from = audience.reference(opId).length;
    this.#since = audience.now();
  }

  protected subscribe(): void {
    const { audience, opId, timeoutMs } = this;
    const options = timeoutMs === Infinity ? {} : { timeoutMs };
    this.subscription.add(
      audience.control.awaitOp(opId, options).subscribe({
        next: ({ state }) => {
          audience.telling(() => {
            this.#told.push(state);
            const answer = audience.stateOf(opId);
            if (answer !== "running" || state !== answer) this.wrong(`is let run when it is ${answer}`);
            if (audience.closing) this.wrong("is let run after close()");
          });
        },
        error: (error: unknown) => this.endWith((error as Error).name),
        complete: () => this.endWith("completed"),
      }),
    );
  }

  check(end: End): void {
    if (this.hasLeft) return;
    const told = [...this.#told, this.end ?? "waits"].join();
    const due = this.#due(end);
    if (!due.includes(told)) this.wrong(`was told ${told} and not ${due.join(" or ")}`);
  }

  #due(end: End): string[] {
    const { audience, opId } = this;
    const sequence = [this.#now, ...audience.reference(opId).slice(this.#from)];
    const decisive = sequence.find((told) => !told.startsWith("paused"));
    const due = decisive === undefined ? [] : [decisive === "running" ? "running,completed" : "OpTerminatedError"];
    // Whoever came as it ended is told the end, and so is whoever waited longer than they would.
    if (end === "failed" && decisive !== "terminated") due.push("OpControlUnavailableError");
    if (audience.closing) due.push("completed", "OpControlUnavailableError");
    if (audience.now() - this.#since >= this.timeoutMs) due.push("completed");
    return due.length > 0 ? due : ["waits"];
  }
}

class Gate extends Listener {
  readonly #source = new Subject<number>();
  readonly #reaction: Reaction | undefined;
  #pushed = 0;
  #passed = 0;
  #due: string | undefined;

  constructor(audience: Audience, opId: string, reaction: Reaction | undefined) {
    super(audience, opId);
    this.#reaction = reaction;
  }

  push(): void {
    if (this.#source.observed) this.#source.next(this.#pushed++);
  }

  protected subscribe(): void {
    const { audience, opId } = this;
    const gate = holdWhilePaused<number>(audience.control.status(opId));
    this.subscription.add(
      this.#source.pipe(gate).subscribe({
        next: (value) => audience.telling(() => this.#take(value)),
        error: (error: unknown) => this.endWith((error as Error).name),
        complete: () => this.endWith("completed"),
      }),
    );
  }

  #take(value: number): void {
    const { audience } = this;
    const answer = audience.stateOf(this.opId);
    if (answer !== "running") this.wrong(`passes a value on when it is ${answer}`);
    if (value !== this.#passed++) this.wrong(`passes ${value} on in the place of ${this.#passed - 1}`);
    if (value === 0 && this.#reaction) audience.react(this.#reaction, () => this.leave());
  }

  check(end: End): void {
    if (this.hasLeft) return;
    const state = this.audience.stateOf(this.opId);
    const isHolding = this.#passed < this.#pushed;
    if (state === "terminated") this.#due ??= "OpTerminatedError";
    else if (end === "failed" || (end === "closed" && isHolding)) this.#due ??= "OpControlUnavailableError";
    if (this.end !== this.#due)
      this.wrong(`has ended with ${this.end ?? "nothing"} and not with ${this.#due ?? "nothing"}`);
    if (this.#due === undefined && state === "running" && isHolding) this.wrong("holds values of a running op");
    if (this.#source.observed !== (this.end === undefined)) this.wrong("has not let its source go");
  }
}
