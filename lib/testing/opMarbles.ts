import type { RunHelpers } from "rxjs/testing";
import type { OpControlMessage, OpScope, OpStatus } from "../opStatus.js";

/** The marbles of an op: `r` is running or RESUME, `p` paused or PAUSE, `t` terminated or TERMINATE. */
export type OpMarble = "r" | "p" | "t";

/** Which op the marbles are about, and who decides on it. */
export interface OpMarblesConfig {
  /** `"op"` by default. */
  readonly opId?: string;
  /** Whose signals the statuses are due to; `"op"` by default. */
  readonly scope?: OpScope;
  /** The sequence of every status and signal; `0n` by default. */
  readonly sequence?: bigint;
}

/**
 * What `TestScheduler.run` gives its callback to draw streams with.
 *
 * @inline
 */
type Draw = Pick<RunHelpers, "cold" | "hot">;

/**
 * Turns marble diagrams into the statuses of an op and the signals to it, in the virtual time of a TestScheduler.
 *
 * `status` and `signals` are cold (drawn from the subscription on, as `control.status(opId)` is), `hotStatus` and
 * `hotSignals` hot. `statuses` and `messages` say what the marbles stand for, for the expectation.
 *
 * @example
 * ```ts
 * import { TestScheduler } from "rxjs/testing";
 * import { holdWhilePaused, OpTerminatedError } from "rx-op-control";
 * import { marbleMatcher, opMarbles } from "rx-op-control/testing";
 *
 * new TestScheduler(marbleMatcher).run((helpers) => {
 *   const op = opMarbles(helpers, { opId: "trace:span" });
 *   const source$ = helpers.cold("-a-b-c----d-");
 *   const status$ = op.status("   r-p---r----t");
 *   const expected = "            -a----(bc)d#";
 *   const terminated = new OpTerminatedError("trace:span", "op");
 *   helpers.expectObservable(source$.pipe(holdWhilePaused(status$))).toBe(expected, undefined, terminated);
 * });
 * ```
 *
 * @param draw What `TestScheduler.run` gives its callback.
 */
export function opMarbles({ cold, hot }: Draw, { opId = "op", scope = "op", sequence = 0n }: OpMarblesConfig = {}) {
  const statuses: Readonly<Record<OpMarble, OpStatus>> = {
    r: { opId, state: "running", scope, sequence },
    p: { opId, state: "paused", scope, sequence },
    t: { opId, state: "terminated", scope, sequence },
  };
  const messages: Readonly<Record<OpMarble, OpControlMessage>> = {
    r: { opId, signal: "RESUME", sequence },
    p: { opId, signal: "PAUSE", sequence },
    t: { opId, signal: "TERMINATE", sequence },
  };
  return {
    statuses,
    messages,
    /** Cold statuses, as `control.status(opId)` gives them. */
    status: (marbles: string, error?: unknown) => cold(marbles, statuses, error),
    /** Hot statuses. */
    hotStatus: (marbles: string, error?: unknown) => hot(marbles, statuses, error),
    /** Cold signals, for `OpControlSubscriber.from`. */
    signals: (marbles: string, error?: unknown) => cold(marbles, messages, error),
    /** Hot signals. */
    hotSignals: (marbles: string, error?: unknown) => hot(marbles, messages, error),
  };
}
