import { expect } from "chai";
import { describeDiagnostic } from "../../../lib/cli/watch/describeDiagnostic.js";
import type { Diagnostic } from "../../../lib/Diagnostic.js";

const told: readonly (readonly [Diagnostic, string])[] = [
  [
    { kind: "malformedSignal", reason: "emptyOpId", opId: "", count: 3 },
    "a message was no signal (emptyOpId); 3 so far",
  ],
  [{ kind: "evicted", opId: "a:1", count: 2 }, '"a:1" was forgotten, terminated as it is, to make room; 2 so far'],
  [
    { kind: "saturated", maxTrackedOps: 10 },
    "over 10 ops are paused: every other op counts as paused until it is resumed",
  ],
  [{ kind: "subscriberThrew", message: "no" }, "subscriberThrew: no"],
  [{ kind: "cleanupFailed", opId: "a:1", message: "no" }, "cleanupFailed: no"],
  [{ kind: "cleanupTimedOut", opId: "a:1", message: "no" }, "cleanupTimedOut: no"],
  [{ kind: "reconnect", attempt: 2, retryInMs: 5, message: "gone" }, "reconnecting, attempt 2: gone"],
  [{ kind: "handover", reason: "age" }, "a new stream has taken over from one that was too old"],
  [{ kind: "handover", reason: "draining" }, "a new stream has taken over: the gateway was about to go"],
  [
    { kind: "handoverFailed", message: "no", retryInMs: 5 },
    "the stream is to be replaced, and no new one could be opened: no",
  ],
  [
    { kind: "overlapSaturated" },
    "while one stream took over from another, more was told than can be kept apart: some ops may be held too long",
  ],
  [{ kind: "stale", graceMs: 5_000, then: "hold" }, "the channel has not been live for 5000 ms (--when-stale hold)"],
];

describe("describeDiagnostic", () => {
  for (const [diagnostic, text] of told) {
    it(`says of ${diagnostic.kind}: ${text}`, () => expect(describeDiagnostic(diagnostic)).to.equal(text));
  }
});
