import { expect } from "chai";
import { channelText } from "../../../lib/cli/watch/channelText.js";
import type { ChannelView } from "../../../lib/cli/watch/WatchView.js";

const view = (more: Partial<ChannelView>): ChannelView => ({
  ...{ state: "live", since: 10_000, attempt: 1, lastError: undefined, nextTryAt: undefined },
  ...more,
});

const LAST_KNOWN = "below is what was known last";

describe("channelText", () => {
  for (const [what, more, now, text] of [
    ["a channel that is being opened", { state: "connecting" }, 12_500, "connecting for 2 s"],
    ["one that is live", { state: "live" }, 75_000, "live for 1 m 05 s"],
    [
      "one that is tried again later",
      { state: "reconnecting", attempt: 3, nextTryAt: 16_000 },
      13_000,
      `reconnecting for 3 s, attempt 3 in 3 s; ${LAST_KNOWN}`,
    ],
    [
      "one that is tried again within the second",
      { state: "reconnecting", attempt: 3, nextTryAt: 13_001 },
      13_000,
      `reconnecting for 3 s, attempt 3 in 1 s; ${LAST_KNOWN}`,
    ],
    [
      "one that was to be tried by now",
      { state: "reconnecting", attempt: 3, nextTryAt: 12_000 },
      13_000,
      `reconnecting for 3 s, attempt 3 in 0 s; ${LAST_KNOWN}`,
    ],
    [
      "one that is being tried",
      { state: "reconnecting", attempt: 3 },
      13_000,
      `reconnecting for 3 s, attempt 3 is under way; ${LAST_KNOWN}`,
    ],
    ["one that has failed", { state: "failed" }, 13_000, `failed; ${LAST_KNOWN}`],
    ["one that is closed", { state: "closed" }, 13_000, `closed; ${LAST_KNOWN}`],
  ] as const) {
    it(`says of ${what}: ${text}`, () => expect(channelText(view(more), now)).to.equal(text));
  }
});
