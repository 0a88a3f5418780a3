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
  [{ kind: "sourceEnded", message: "no" }, "one of the merged sources is over, the others go on: no"],
  [
    { kind: "mergeSaturated" },
    "more ops are paused by merged sources than can be kept in mind: some may be held too long",
  ],
  [{ kind: "settleSaturated", maxTrackedOps: 9 }, "over 9 RESUMEs wait for settleMs: further ones were dropped"],
  [
    { kind: "reconciled", paused: 1, resumed: 2, terminated: 3 },
    "asked what was missed: 1 paused, 2 resumed, 3 terminated",
  ],
  [{ kind: "reconcileFailed", message: "no" }, "could not ask what was missed: no"],
  [
    { kind: "refusedEnvelope", reason: "otherAgent", subject: "a.b", count: 2 },
    "a message on a.b was refused (otherAgent); 2 so far",
  ],
  [{ kind: "stale", graceMs: 5_000, then: "hold" }, "the channel has not been live for 5000 ms (--when-stale hold)"],
];

describe("describeDiagnostic", () => {
  for (const [diagnostic, text] of told) {
    it(`says of ${diagnostic.kind}: ${text}`, () => expect(describeDiagnostic(diagnostic)).to.equal(text));
  }
});
