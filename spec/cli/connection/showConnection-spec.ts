import { expect } from "chai";
import { of } from "rxjs";
import type { ChannelStatus } from "../../../lib/channel/ChannelStatus.js";
import { showConnection } from "../../../lib/cli/connection/showConnection.js";

/** What is shown of these statuses, each a second after the one before. */
function shown(...statuses: readonly Partial<ChannelStatus>[]): string[] {
  const lines: string[] = [];
  const screen = { line: (label: string, text: string) => lines.push(`${label}: ${text}`) };
  const timed = statuses.map((status, index) => {
    return { attempt: 1, since: 1_000 * index, ...status } as ChannelStatus;
  });
  showConnection(screen, of(...timed));
  return lines;
}

const lost = { state: "reconnecting", since: 5_000, lastError: "14 UNAVAILABLE: gone" } as const;

describe("showConnection", () => {
  it("says connecting, live and closed as they are", () => {
    expect(shown({ state: "connecting" }, { state: "live" }, { state: "closed" })).to.deep.equal([
      "channel: connecting",
      "channel: live",
      "channel: closed",
    ]);
  });

  it("says why it has failed", () => {
    expect(shown({ state: "failed", lastError: "7 PERMISSION_DENIED: no" })).to.deep.equal([
      "channel: failed: 7 PERMISSION_DENIED: no",
    ]);
  });

  it("says once what a loss means for the ops, when each attempt comes, and how long it took to be live again", () => {
    const statuses: Partial<ChannelStatus>[] = [
      { state: "live" },
      { ...lost, retryInMs: 250 },
      lost,
      { ...lost, attempt: 2, retryInMs: 800 },
      { ...lost, attempt: 2 },
      { state: "live", since: 8_500 },
      { ...lost, since: 9_000, retryInMs: 100 },
      { state: "live", since: 9_200 },
    ];
    const meanwhile = "(what is paused stays paused, what runs goes on)";
    expect(shown(...statuses)).to.deep.equal([
      "channel: live",
      `channel: reconnecting, attempt 1 in 0.3 s ${meanwhile}: 14 UNAVAILABLE: gone`,
      "channel: reconnecting, attempt 2 in 0.8 s: 14 UNAVAILABLE: gone",
      "channel: live again after 3.5 s",
      `channel: reconnecting, attempt 1 in 0.1 s ${meanwhile}: 14 UNAVAILABLE: gone`,
      "channel: live again after 0.2 s",
    ]);
  });

  it("says of a gateway that was never there when it is tried again, and live once it is", () => {
    expect(
      shown({ state: "connecting" }, { ...lost, attempt: 2, retryInMs: 400 }, lost, { state: "live", since: 9_000 }),
    ).to.deep.equal([
      "channel: connecting",
      "channel: reconnecting, attempt 2 in 0.4 s: 14 UNAVAILABLE: gone",
      "channel: live",
    ]);
  });
});
