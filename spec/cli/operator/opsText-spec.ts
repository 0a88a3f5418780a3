import { expect } from "chai";
import picocolors from "picocolors";
import { opsLines, opsTable } from "../../../lib/cli/operator/opsText.js";
import type { OpRecord } from "../../../lib/rest/OpRecord.js";

const TIME = "2026-11-26T19:25:39.406123+00:00";
const op = (op_id: string, state = "running"): OpRecord => {
  return { op_id, state: state as "running", registered_at: "then", updated_at: TIME };
};
const plain = picocolors.createColors(false);

describe("opsTable", () => {
  it("has a row per op, and the time to the second", () => {
    const drawn = opsTable([op("demo:1"), op("trace:span", "terminated")], 80, plain);
    expect(drawn.split("\n")).to.deep.equal([
      "┌────────────┬────────────┬──────────────────────┐",
      "│ op         │ state      │ since                │",
      "├────────────┼────────────┼──────────────────────┤",
      "│ demo:1     │ running    │ 2026-11-26T19:25:39Z │",
      "│ trace:span │ terminated │ 2026-11-26T19:25:39Z │",
      "└────────────┴────────────┴──────────────────────┘",
      "",
    ]);
  });

  for (const width of [60, 80, 120]) {
    it(`is no wider than ${width} columns, and loses nothing of a long name`, () => {
      const name = "0123456789".repeat(15);
      const rows = opsTable([op(name, "terminated"), op("short")], width, plain)
        .trimEnd()
        .split("\n");
      for (const row of rows) expect(row.length).to.be.at.most(width);
      const cells = rows.slice(3, -2).map((row) => row.split("│")[1]!.trim());
      expect(cells.join("")).to.equal(name);
    });
  }

  it("shows no control characters, whatever comes from outside", () => {
    const wild = { op_id: "\u001b[2J\n", state: "\u001b[31m" as "running", registered_at: "", updated_at: "\u0007" };
    const drawn = opsTable([wild], 80, plain);
    expect(drawn.replaceAll("\n", "")).to.not.match(/[\u0000-\u001f]/);
    expect(drawn).to.include("\\u001b[2J\\u000a").and.include("\\u0007");
  });

  it("tells states by their names, and by colours besides", () => {
    const colours = picocolors.createColors(true);
    const drawn = opsTable(
      ["running", "paused", "terminated", "pending"].map((state) => op(state, state)),
      80,
      colours,
    );
    for (const text of [colours.green("running"), colours.yellow("paused"), colours.red("terminated")]) {
      expect(drawn).to.include(` ${text} `);
    }
    expect(drawn).to.include("│ pending    │ pending ");
  });
});

describe("opsLines", () => {
  it("has a line per op with tabs in between, and no other control characters", () => {
    const name = `a\tb\n\u001b[2J${"x".repeat(500)}`;
    expect(opsLines([op("demo:1"), op(name, "paused")])).to.equal(
      `demo:1\trunning\tthen\t${TIME}\na\\u0009b\\u000a\\u001b[2J${"x".repeat(500)}\tpaused\tthen\t${TIME}\n`,
    );
    expect(opsLines([])).to.equal("");
  });
});
