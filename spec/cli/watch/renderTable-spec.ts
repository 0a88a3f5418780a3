import { expect } from "chai";
import picocolors from "picocolors";
import { renderTable } from "../../../lib/cli/watch/renderTable.js";
import { textWidth } from "../../../lib/cli/watch/textWidth.js";
import type { WatchRow } from "../../../lib/cli/watch/WatchView.js";
import { OP, paused, running, terminated } from "../../helpers/opControl.js";

const plain = picocolors.createColors(false);
const layout = { width: 100, widestLabel: OP.length, now: 60_000, colours: plain };

function row(status: ReturnType<typeof paused>, more: Partial<WatchRow> = {}): WatchRow {
  return { ...status, label: status.opId, since: 48_000, signals: 1, ...more };
}

const rows = [
  row(running()),
  row(paused("漢字:1", "fleet"), { since: 0, signals: 12_345 }),
  row(terminated("a", "agent"), { signals: 0 }),
];

describe("renderTable", () => {
  it("has a line of titles, and of each op its state, scope, time and signals under each other", () => {
    expect(renderTable(rows, layout)).to.deep.equal([
      "op                 state       scope        since  signals",
      "4bf92f35:00f067aa  running     op            12 s        1",
      "漢字:1             paused      fleet     1 m 00 s    12345",
      "a                  terminated  agent         12 s        0",
    ]);
  });

  it("is as wide as the widest op that there was, so that its columns stay where they are", () => {
    const [titles = ""] = renderTable(rows, { ...layout, widestLabel: 30 });
    expect(titles.indexOf("state")).to.equal(32);
  });

  it("cuts the middle of an id that is too long for the terminal", () => {
    const [, line] = renderTable([row(paused("4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7"))], {
      ...layout,
      width: 79,
      widestLabel: 49,
    });
    expect(line).to.equal("4bf92f3577b34da6a3c…6:00f067aa0ba902b7  paused      op            12 s        1");
    expect(textWidth(line ?? "")).to.equal(79);
  });

  it("leaves out signals, since and scope where there is no room, and never the state", () => {
    const titlesIn = (width: number): string[] => {
      const [titles = ""] = renderTable([], { ...layout, width, widestLabel: 30 });
      return titles.trim().split(/ +/);
    };
    expect(titlesIn(57)).to.deep.equal(["op", "state", "scope", "since", "signals"]);
    expect(titlesIn(56)).to.deep.equal(["op", "state", "scope", "since"]);
    expect(titlesIn(47)).to.deep.equal(["op", "state", "scope"]);
    expect(titlesIn(36)).to.deep.equal(["op", "state"]);
  });

  it("stays within the width, down to the narrowest", () => {
    for (let width = 7; width < 120; width++) {
      for (const line of renderTable(rows, { ...layout, width })) {
        expect(textWidth(line), `"${line}" in ${width} columns`).to.be.at.most(width);
      }
    }
    expect(renderTable(rows, { ...layout, width: 11 })).to.deep.equal([
      "op    state",
      "4b…a  runn…",
      "漢…1  paus…",
      "a     term…",
    ]);
  });

  it("colours the states, which have their names besides, and changes nothing else", () => {
    const colours = picocolors.createColors(true);
    const [titles = "", ...lines] = renderTable(rows, { ...layout, colours });
    const [running = "", paused = "", terminated = ""] = lines;
    expect(running).to.include(colours.green("running   "));
    expect(paused).to.include(colours.yellow("paused    "));
    expect(terminated).to.include(colours.red("terminated"));
    const uncoloured = [titles, ...lines].map((line) => line.replaceAll(/\u001b\[\d+m/g, ""));
    expect(uncoloured).to.deep.equal(renderTable(rows, layout));
  });
});
