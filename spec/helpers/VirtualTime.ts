import { noop, type Subscription } from "rxjs";
import type { TestScheduler } from "rxjs/testing";
import { testScheduler } from "./marbles.js";

/** Time that passes when a spec says so, and step by step: all that RxJS schedules meanwhile happens in it. */
export class VirtualTime {
  readonly #scheduler: TestScheduler;

  private constructor(scheduler: TestScheduler) {
    this.#scheduler = scheduler;
  }

  static run(play: (time: VirtualTime) => void): void {
    const scheduler = testScheduler();
    scheduler.run(() => play(new VirtualTime(scheduler)));
  }

  /** In milliseconds. */
  get now(): number {
    return this.#scheduler.now();
  }

  /** How much is scheduled. */
  get pending(): number {
    return this.#scheduler.actions.length;
  }

  /** Everything happens that is due within so many milliseconds, what is due at their end included. */
  pass(ms: number): void {
    this.#scheduler.maxFrames = this.now + ms;
    this.#scheduler.schedule(noop, ms);
    this.#scheduler.flush();
  }

  schedule(act: () => void, delayMs: number): Subscription {
    return this.#scheduler.schedule(act, delayMs);
  }
}
