import { HoldOverflowError, OpControlUnavailableError } from "../errors.js";
import type { OpState } from "../opStatus.js";
import { FifoBuffer } from "./FifoBuffer.js";
import type { ResolvedHoldOptions } from "./HoldOptions.js";
import { Room } from "./Room.js";

/** Where the values go; an RxJS Subscriber is one. */
interface Sink<T> {
  readonly closed: boolean;
  next(value: T): void;
  error(error: unknown): void;
}

/**
 * The values of one op: passed on while it runs, held in their order while it is paused, and passed on after it.
 *
 * The flush is a loop, which a new pause in its midst stops and which values that arrive in its midst queue behind.
 *
 * @internal
 */
export class Hold<T> {
  readonly #sink: Sink<T>;
  readonly #options: ResolvedHoldOptions;
  readonly #room: Room;
  readonly #held = new FifoBuffer<T>();
  #paused = false;
  #flushing = false;
  #abandoned = false;

  constructor(sink: Sink<T>, options: ResolvedHoldOptions, room = new Room(options.limit, options.onHeld)) {
    this.#sink = sink;
    this.#options = options;
    this.#room = room;
  }

  /** Whether nothing is held, nor being passed on from what was held. */
  get idle(): boolean {
    return this.#held.size === 0 && !this.#flushing;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Takes a value in, together with the op's state at this moment, where that is known. */
  next(value: T, now: OpState | undefined): void {
    // About to be told so, in this tick; or over since the value came, and what is over holds nothing.
    if (now === "terminated" || this.#sink.closed) return;
    if (now === "paused") this.#paused = true;
    if (!this.#paused && !this.#flushing) this.#sink.next(value);
    else if (this.#paused && this.#abandoned) this.#failAbandoned();
    else this.#hold(value);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#flushing) return;
    this.#flushing = true;
    const thrown: unknown[] = [];
    while (this.#held.size > 0 && !this.#isStopped()) {
      this.#room.vacate();
      try {
        this.#sink.next(this.#held.shift());
      } catch (error) {
        thrown.push(error);
      }
      // Not before: whoever pauses or ends the op on being told is obeyed by all that is behind this one.
      this.#room.tellOfLeaving();
    }
    this.#flushing = false;
    if (thrown.length > 0) throw thrown[0];
  }

  /** The statuses have come to their end: an op that is paused now will never be said to run again. */
  abandon(): void {
    this.#abandoned = true;
    if (this.#paused && this.#held.size > 0) this.#failAbandoned();
  }

  /** Gives up what is held, and returns it. */
  clear(): T[] {
    const given: T[] = [];
    while (this.#held.size > 0) {
      given.push(this.#held.shift());
      this.#room.leave();
    }
    return given;
  }

  #isStopped(): boolean {
    return this.#paused || this.#sink.closed;
  }

  #hold(value: T): void {
    const { limit, overflow } = this.#options;
    const fullHere = this.#held.size >= limit;
    if (fullHere || this.#room.full) {
      if (overflow === "error") {
        this.#sink.error(new HoldOverflowError(fullHere ? limit : this.#room.limit));
        return;
      }
      if (overflow === "dropNewest" || this.#held.size === 0) return;
      this.#held.shift();
      // Before anyone is told: whoever resumes or ends it on being told of the one that goes is to find this one held.
      this.#held.push(value);
      this.#room.leave();
    } else {
      this.#held.push(value);
    }
    this.#room.enter();
  }

  #failAbandoned(): void {
    this.#sink.error(new OpControlUnavailableError("the status stream completed while values were held by a pause"));
  }
}
