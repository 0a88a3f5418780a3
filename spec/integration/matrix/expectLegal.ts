import { expect } from "chai";
import type { BackoffBounds } from "../../../lib/channel/Backoff.js";
import type { ChannelState, ChannelStatus } from "../../../lib/channel/ChannelStatus.js";

/** A status with the moment in which it was told, by the monotonic clock. */
export interface TimedStatus extends ChannelStatus {
  readonly at: number;
}

const next: Readonly<Record<ChannelState, readonly ChannelState[]>> = {
  connecting: ["live", "reconnecting", "failed", "closed"],
  live: ["reconnecting", "closed"],
  reconnecting: ["reconnecting", "live", "closed"],
  failed: ["closed"],
  closed: [],
};

/** Control characters, and what reorders a line. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** Timers count whole milliseconds, from the last turn that began. */
const GRAIN_MS = 2;

/** How the delays must be. */
interface Delays extends BackoffBounds {
  /** Whether refusals are among what went wrong, which are retried at the slow end. */
  readonly slowly: boolean;
}

/** The channel went a way that there is, said what was wrong whenever something was, and waited as it said. */
export function expectLegal(statuses: readonly TimedStatus[], delays: Delays): void {
  expect(statuses[0]).to.include({ state: "connecting", attempt: 1 });
  for (const [index, status] of statuses.entries()) {
    const before = statuses[index - 1];
    if (before) expectToFollow(before, status);
    if (status.state === "reconnecting") expectReason(status);
    if (status.retryInMs !== undefined) expectBackoff(status, statuses[index + 1], delays);
  }
  expect(statuses.at(-1)?.state).to.equal("closed");
}

function expectToFollow(before: TimedStatus, status: TimedStatus): void {
  expect(next[before.state], `after ${before.state}`).to.include(status.state);
  expect(status.since).to.be.at.least(before.since);
  if (status.state === before.state) expect(status.since).to.equal(before.since);
  if (status.state === "live" && before.state === "reconnecting") expect(status.attempt).to.equal(before.attempt);
}

function expectReason({ lastError = "" }: TimedStatus): void {
  expect(lastError).to.match(/\S/).and.not.match(UNPRINTABLE);
  expect(lastError.length).to.be.at.most(201);
}

function expectBackoff({ at, attempt, retryInMs = 0 }: TimedStatus, then: TimedStatus | undefined, delays: Delays) {
  const { initialDelayMs, maxDelayMs, slowly } = delays;
  const most = slowly ? maxDelayMs : Math.min(maxDelayMs, initialDelayMs * 2 ** (attempt - 1));
  expect(retryInMs).to.be.within(0, most);
  if (then?.state === "reconnecting") expect(then.at - at).to.be.at.least(retryInMs - GRAIN_MS);
}
