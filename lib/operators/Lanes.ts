import { type Observable, type Subscriber, Subscription } from "rxjs";
import { checkReturnedId } from "../check.js";
import { OpTerminatedError } from "../errors.js";
import type { OpState, OpStatus } from "../opStatus.js";
import { Hold } from "./Hold.js";
import type { ResolvedHoldByOpOptions } from "./HoldByOpOptions.js";
import { Room } from "./Room.js";
import { statusNow } from "./stateNow.js";
import { terminationOf } from "./terminationOf.js";
import { throwOnTerminated } from "./throwOnTerminated.js";

/** Who knows the ops' statuses: an `OpControlSubscriber`, for one. */
export interface StatusLookup {
  /** The op's latest status at once, and every change of it. */
  status(opId: string): Observable<OpStatus>;
}

/** What is kept of one op: its values, and the subscription that says what becomes of them. */
interface Lane<T> {
  readonly opId: string;
  readonly status$: Observable<OpStatus>;
  readonly hold: Hold<T>;
  readonly subscription: Subscription;
  isStatusKnown: boolean;
  /** While it is being opened, further statuses may follow the first at once. */
  isOpening: boolean;
  terminated?: OpTerminatedError;
}

/**
 * The values of many ops, each op's in a lane of its own.
 *
 * A lane is open while something is held in it. A value of an op without one opens it and so learns the op's status; if
 * the op runs, the value passes and the lane is closed again.
 *
 * @internal
 */
export class Lanes<T> {
  readonly #control: StatusLookup;
  readonly #opIdOf: (value: T) => string;
  readonly #subscriber: Subscriber<T>;
  readonly #options: ResolvedHoldByOpOptions<T>;
  readonly #room: Room;
  readonly #lanes = new Map<string, Lane<T>>();
  #flushes = 0;
  #sourceCompleted = false;

  constructor(
    control: StatusLookup,
    opIdOf: (value: T) => string,
    subscriber: Subscriber<T>,
    options: ResolvedHoldByOpOptions<T>,
  ) {
    this.#control = control;
    this.#opIdOf = opIdOf;
    this.#subscriber = subscriber;
    this.#options = options;
    this.#room = new Room(options.totalLimit, options.onHeld);
  }

  next(value: T): void {
    try {
      const opId = this.#opIdOf(value);
      checkReturnedId("opIdOf", opId);
      const lane = this.#lanes.get(opId) ?? this.#open(opId);
      const now = statusNow(lane.status$);
      if (now?.state === "terminated") this.#fail(lane, terminationOf(now));
      if (lane.terminated) this.#drop(value, lane.terminated);
      else lane.hold.next(value, now?.state);
      this.#settle(lane);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  /** The source has completed; so does the stream when nothing is held any more. */
  complete(): void {
    this.#sourceCompleted = true;
    this.#completeWhenDone();
  }

  close(): void {
    for (const { hold, subscription } of this.#lanes.values()) {
      subscription.unsubscribe();
      hold.clear();
    }
    this.#lanes.clear();
  }

  #open(opId: string): Lane<T> {
    const hold = new Hold(this.#subscriber, this.#options, this.#room);
    const status$ = this.#control.status(opId);
    const lane: Lane<T> = {
      opId,
      status$,
      hold,
      subscription: new Subscription(),
      isStatusKnown: false,
      isOpening: true,
    };
    this.#lanes.set(opId, lane);
    lane.subscription.add(
      status$.pipe(throwOnTerminated()).subscribe({
        next: ({ state }) => {
          this.#update(lane, state);
        },
        error: (error: unknown) => {
          this.#fail(lane, error);
        },
        complete: () => {
          lane.isStatusKnown = true;
          hold.abandon();
          this.#settle(lane);
        },
      }),
    );
    lane.isOpening = false;
    // An op that runs is let go of before its value is passed on: what comes of that is none of this lane's.
    if (!hold.paused) this.#settle(lane);
    return lane;
  }

  #update(lane: Lane<T>, state: OpState): void {
    lane.isStatusKnown = true;
    if (state === "paused") {
      lane.hold.pause();
      return;
    }
    this.#flushes++;
    try {
      lane.hold.resume();
    } finally {
      this.#flushes--;
      this.#settle(lane);
    }
  }

  #fail(lane: Lane<T>, error: unknown): void {
    if (!(error instanceof OpTerminatedError) || this.#options.onTerminated === "error") {
      this.#subscriber.error(error);
      return;
    }
    lane.terminated ??= error;
    for (const value of lane.hold.clear()) this.#drop(value, error);
    this.#settle(lane);
  }

  #drop(value: T, error: OpTerminatedError): void {
    try {
      this.#options.onDrop(value, error);
    } catch (thrown) {
      this.#subscriber.error(thrown);
    }
  }

  #settle(lane: Lane<T>): void {
    if (lane.isOpening) return;
    const isDone = lane.terminated !== undefined || (lane.isStatusKnown && lane.hold.idle);
    if (isDone && this.#lanes.get(lane.opId) === lane) {
      this.#lanes.delete(lane.opId);
      lane.subscription.unsubscribe();
    }
    this.#completeWhenDone();
  }

  #completeWhenDone(): void {
    if (this.#sourceCompleted && this.#room.taken === 0 && this.#flushes === 0) this.#subscriber.complete();
  }
}
