import { expect } from "chai";
import { from } from "rxjs";
import type { Told, WatchEvent } from "../../../lib/cli/watch/WatchEvent.js";
import { watchJsonLines, watchLines } from "../../../lib/cli/watch/watchLines.js";
import { OP, pause, paused, terminated } from "../../helpers/opControl.js";
import { record } from "../../helpers/record.js";

const START = Date.parse("2026-11-26T18:20:01.123Z");

/** These events, each a second after the one before. */
function timed(events: readonly Told[]): WatchEvent[] {
  return events.map((event, index) => ({ ...event, at: START + 1_000 * index }));
}

const lines = (...events: readonly Told[]) => record(watchLines(from(timed(events)))).values;
const jsonLines = (...events: readonly Told[]) => record(watchJsonLines(from(timed(events)))).values;

const lost = { type: "channel", state: "reconnecting", attempt: 1, since: START, lastError: "14 UNAVAILABLE" } as const;
const watching = {
  type: "watching",
  gateway: "127.0.0.1:50051",
  orgId: "acme",
  teamId: "",
  agentId: "agent-7",
} as const;
const malformed = { kind: "malformedSignal", reason: "emptyOpId", opId: "", count: 1 } as const;

describe("watchLines", () => {
  it("has a line for each status: its time, the state, the op and the scope that decided", () => {
    expect(lines({ type: "status", ...paused() }, { type: "status", ...terminated("a", "fleet") })).to.deep.equal([
      `2026-11-26T18:20:01.123Z paused ${OP} (scope: op)\n`,
      "2026-11-26T18:20:02.123Z terminated a (scope: fleet)\n",
    ]);
  });

  it("says as whom it watches", () => {
    expect(lines(watching, { ...watching, orgId: "", agentId: "a\n" })).to.deep.equal([
      "2026-11-26T18:20:01.123Z watching 127.0.0.1:50051 as agent agent-7 (org acme), and nothing that is for another agent\n",
      "2026-11-26T18:20:02.123Z watching 127.0.0.1:50051 as agent a\\u000a, and nothing that is for another agent\n",
    ]);
  });

  it("tells the channel's story, and not that an attempt begins", () => {
    expect(
      lines(
        { type: "channel", state: "live", attempt: 1, since: START },
        { ...lost, retryInMs: 500 },
        lost,
        { type: "channel", state: "live", attempt: 1, since: START + 2_500 },
        { type: "channel", state: "failed", attempt: 1, since: START, lastError: "7 PERMISSION_DENIED" },
      ),
    ).to.deep.equal([
      "2026-11-26T18:20:01.123Z channel live\n",
      "2026-11-26T18:20:02.123Z channel reconnecting, attempt 1 in 0.5 s (what is paused stays paused, what runs goes on): " +
        "14 UNAVAILABLE\n",
      "2026-11-26T18:20:04.123Z channel live again after 2.5 s\n",
      "2026-11-26T18:20:05.123Z channel failed: 7 PERMISSION_DENIED\n",
    ]);
  });

  it("keeps to that story while other things are told", () => {
    const told = lines(
      { type: "channel", state: "live", attempt: 1, since: START },
      { ...lost, retryInMs: 500 },
      { type: "status", ...paused() },
      { type: "channel", state: "live", attempt: 1, since: START + 2_500 },
    );
    expect(told.at(-1)).to.include("live again after 2.5 s");
  });

  it("has no line for a signal, which changed a status or nothing", () => {
    expect(lines({ type: "signal", ...pause() })).to.deep.equal([]);
  });

  it("has one for what else there is to know, but for the reconnecting that the channel tells of", () => {
    expect(
      lines(
        { type: "diagnostic", ...malformed },
        { type: "diagnostic", kind: "reconnect", attempt: 1, retryInMs: 5, message: "gone" },
        { type: "unlisted", opId: "a" },
      ),
    ).to.deep.equal([
      "2026-11-26T18:20:01.123Z note a message was no signal (emptyOpId); 1 so far\n",
      "2026-11-26T18:20:03.123Z unlisted a (there are too many ops)\n",
    ]);
  });

  it("keeps a line a line, whatever an op is called, and shows its id to the end", () => {
    expect(lines({ type: "status", ...paused("a\n\u001b[2J") }, { type: "unlisted", opId: "a\r" })).to.deep.equal([
      "2026-11-26T18:20:01.123Z paused a\\u000a\\u001b[2J (scope: op)\n",
      "2026-11-26T18:20:02.123Z unlisted a\\u000d (there are too many ops)\n",
    ]);
    expect(lines({ type: "status", ...paused("x".repeat(1_024)) })[0]).to.have.length(1_024 + 45);
  });
});

describe("watchJsonLines", () => {
  it("has an object a line for all that is told, with times as in RFC 3339 and the sequence as a string", () => {
    expect(
      jsonLines(
        { ...lost, retryInMs: 500 },
        { type: "status", ...paused(OP, "fleet", 2n ** 64n - 1n) },
        { type: "signal", ...pause() },
        { type: "diagnostic", ...malformed },
        { type: "unlisted", opId: "a\n" },
        watching,
      ),
    ).to.deep.equal([
      '{"type":"channel","state":"reconnecting","attempt":1,"since":"2026-11-26T18:20:01.123Z",' +
        '"lastError":"14 UNAVAILABLE","retryInMs":500,"at":"2026-11-26T18:20:01.123Z"}\n',
      `{"type":"status","opId":"${OP}","state":"paused","scope":"fleet","sequence":"18446744073709551615",` +
        '"at":"2026-11-26T18:20:02.123Z"}\n',
      `{"type":"signal","opId":"${OP}","signal":"PAUSE","sequence":"0","at":"2026-11-26T18:20:03.123Z"}\n`,
      '{"type":"diagnostic","kind":"malformedSignal","reason":"emptyOpId","opId":"","count":1,' +
        '"at":"2026-11-26T18:20:04.123Z"}\n',
      '{"type":"unlisted","opId":"a\\n","at":"2026-11-26T18:20:05.123Z"}\n',
      '{"type":"watching","gateway":"127.0.0.1:50051","orgId":"acme","teamId":"","agentId":"agent-7",' +
        '"at":"2026-11-26T18:20:06.123Z"}\n',
    ]);
  });
});
