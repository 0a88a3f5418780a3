import { asyncScheduler } from "rxjs";

/**
 * How the channel to the gateway is doing.
 *
 * - `"connecting"`: the first attempt is under way.
 * - `"live"`: the gateway has accepted the subscription; signals arrive.
 * - `"reconnecting"`: it was lost, or an attempt came to nothing, and it is being won back; every op keeps its last
 *   known status.
 * - `"failed"`: given up for good; status streams end with an `OpControlUnavailableError`.
 * - `"closed"`: over by the application's `close()`, or by a clean end of the stream where nothing reconnects.
 */
export type ChannelState = "connecting" | "live" | "reconnecting" | "failed" | "closed";

/** The channel's state with what is known of it: plain values, safe to log. */
export interface ChannelStatus {
  /** Whether signals arrive, and if not, whether they will again. */
  readonly state: ChannelState;
  /**
   * Which attempt this is about, the next one where there is a `retryInMs`; counted from 1 since the channel was last
   * live.
   */
  readonly attempt: number;
  /** When the state began, in milliseconds since the epoch. */
  readonly since: number;
  /** What went wrong last, made printable. */
  readonly lastError?: string;
  /** Until the next attempt, in milliseconds; left out while an attempt is under way. */
  readonly retryInMs?: number;
}

/**
 * A status that begins now, by the clock of RxJS's schedulers: virtual where a TestScheduler runs.
 *
 * @internal
 */
export function channelStatus(
  state: ChannelState,
  details: Partial<Omit<ChannelStatus, "state" | "since">> = {},
): ChannelStatus {
  return { state, attempt: 1, since: asyncScheduler.now(), ...details };
}
