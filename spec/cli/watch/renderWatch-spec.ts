import { expect } from "chai";
import picocolors from "picocolors";
import { renderWatch, type ScreenSize } from "../../../lib/cli/watch/renderWatch.js";
import { textWidth } from "../../../lib/cli/watch/textWidth.js";
import type { Told } from "../../../lib/cli/watch/WatchEvent.js";
import { WatchView } from "../../../lib/cli/watch/WatchView.js";
import { AGENT, FLEET, OP, pause, paused, running, terminated } from "../../helpers/opControl.js";

const scene = {
  gateway: "127.0.0.1:50051",
  agent: { orgId: "acme", teamId: "payments", agentId: "agent-7" },
  pinned: [FLEET, AGENT],
  colours: picocolors.createColors(false),
};

const live: Told = { type: "channel", state: "live", attempt: 1, since: 0 };
const lost: Told = { type: "channel", state: "reconnecting", attempt: 2, since: 0, lastError: "14 UNAVAILABLE: gone" };
const status = (told: ReturnType<typeof paused>): Told => ({ type: "status", ...told });

/** What stands on the screen ten seconds after these events. */
function screen(events: readonly Told[], size: ScreenSize = {}, more: Partial<typeof scene> = {}): string[] {
  const view = events.reduce((before, event) => before.apply({ ...event, at: 0 }), new WatchView());
  return renderWatch(view, { ...scene, ...more }, size, 10_000);
}

function ops(count: number): Told[] {
  return Array.from({ length: count }, (_, index) => status(paused(`op:${index + 1}`)));
}

describe("renderWatch", () => {
  it("has the channel, who watches whom, and the ops: the fleet and the agent above, then what changed last", () => {
    const events = [
      live,
      status(running(OP)),
      status(running(AGENT, "agent")),
      status(terminated("a")),
      { type: "signal", ...pause(OP) } as const,
      status(running(FLEET, "fleet")),
      status(paused(OP)),
    ];
    expect(screen(events)).to.deep.equal([
      "channel  live for 10 s",
      "gateway  127.0.0.1:50051, agent agent-7 (org acme, team payments)",
      "",
      "op                 state       scope        since  signals",
      "*                  running     fleet         10 s        0",
      "agent:agent-7      running     agent         10 s        0",
      "4bf92f35:00f067aa  paused      op            10 s        1",
      "a                  terminated  op            10 s        0",
    ]);
  });

  it("says why the channel was lost, and when it is tried again", () => {
    expect(screen([live, { ...lost, retryInMs: 12_500 }]).slice(0, 3)).to.deep.equal([
      "channel  reconnecting for 10 s, attempt 2 in 3 s; below is what was known last",
      "gateway  127.0.0.1:50051, agent agent-7 (org acme, team payments)",
      "error    14 UNAVAILABLE: gone",
    ]);
  });

  it("says what else there is to know, and how many ops had to go", () => {
    const malformed = { type: "diagnostic", kind: "malformedSignal", reason: "emptyOpId", opId: "", count: 3 } as const;
    expect(screen([live, malformed, { type: "unlisted", opId: "a" }])).to.include.members([
      "note     10 s ago: a message was no signal (emptyOpId); 3 so far",
      "note     too many ops to list: 1 had to go",
    ]);
  });

  it("says what it knows of the channel before it is told anything", () => {
    expect(screen([])).to.deep.equal([
      "channel  not told of yet",
      "gateway  127.0.0.1:50051, agent agent-7 (org acme, team payments)",
      "",
      "op  state       scope        since  signals",
    ]);
  });

  for (const [agent, text] of [
    [{ agentId: "a", orgId: "", teamId: "" }, "agent a"],
    [{ agentId: "a", orgId: "o", teamId: "" }, "agent a (org o)"],
    [{ agentId: "a\u001b[2J", orgId: "", teamId: "t" }, "agent a\\u001b[2J (team t)"],
  ] as const) {
    it(`names the agent: ${text}`, () => {
      expect(screen([], {}, { agent })[1]).to.equal(`gateway  127.0.0.1:50051, ${text}`);
    });
  }

  describe("in a terminal of few lines", () => {
    it("shows all ops that fit, and leaves the last line to the cursor", () => {
      const lines = screen([live, ...ops(8)], { rows: 13 });
      expect(lines).to.have.length(12);
      expect(lines.slice(4).map((line) => line.split(" ")[0])).to.deep.equal(
        [8, 7, 6, 5, 4, 3, 2, 1].map((number) => `op:${number}`),
      );
    });

    it("sums up the ones that have not changed for longest where they do not", () => {
      const lines = screen([live, status(terminated("t")), status(running("r")), ...ops(44)], { rows: 13 });
      expect(lines).to.have.length(12);
      expect(lines[4]).to.match(/^op:44 /);
      expect(lines[10]).to.match(/^op:38 /);
      expect(lines[11]).to.equal("… and 39 more: 1 terminated, 37 paused, 1 running");
    });

    it("keeps of what stands above the channel only, where there is hardly room for ops", () => {
      expect(screen([live, ...ops(9)], { rows: 7 }).map((line) => line.trim().split("  ")[0])).to.deep.equal([
        "channel",
        "op",
        "op:9",
        "op:8",
        "op:7",
        "… and 6 more: 6 paused",
      ]);
    });

    it("fits, whatever its size, with all there is to show", () => {
      const events = [
        live,
        lost,
        ...ops(50),
        status(paused("漢字".repeat(50))),
        { type: "unlisted", opId: "a" } as const,
      ];
      for (const rows of [2, 3, 4, 5, 6, 8, 10, 24, 100]) {
        for (const columns of [10, 20, 33, 80, 200]) {
          const lines = screen(events, { rows, columns });
          expect(lines.length, `${columns} x ${rows}`).to.be.within(1, rows - 1);
          for (const line of lines) expect(textWidth(line), `"${line}" in ${columns}`).to.be.lessThan(columns);
        }
      }
    });
  });

  it("takes a terminal that does not know its size for one of 80 columns and 24 lines", () => {
    const events = [live, status(paused("x".repeat(200))), ...ops(50)];
    expect(screen(events, { columns: 0, rows: 0 })).to.deep.equal(screen(events, { columns: 80, rows: 24 }));
    expect(screen(events)).to.deep.equal(screen(events, { columns: 80, rows: 24 }));
  });

  it("colours the channel's state, which it says besides", () => {
    const colours = picocolors.createColors(true);
    const first = (event: Told): string | undefined => screen([event], {}, { colours })[0];
    expect(first(live)).to.equal(`channel  ${colours.green("live for 10 s")}`);
    expect(first({ ...live, state: "connecting" })).to.equal(`channel  ${colours.yellow("connecting for 10 s")}`);
    expect(first(lost)).to.include(colours.yellow("reconnecting for 10 s, attempt 2 is under way").slice(0, 30));
    expect(first({ ...live, state: "failed" })).to.include(colours.red("failed; below is what was known last"));
    expect(first({ ...live, state: "closed" })).to.include(colours.red("closed; below is what was known last"));
  });
});
