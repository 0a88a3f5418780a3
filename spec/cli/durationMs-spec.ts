import { expect } from "chai";
import { InvalidArgumentError } from "commander";
import { durationMs } from "../../lib/cli/durationMs.js";

describe("durationMs", () => {
  for (const [text, ms] of [
    ["0", 0],
    ["1500", 1_500],
    ["500ms", 500],
    ["10s", 10_000],
    ["1.5s", 1_500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["2147483647", 2_147_483_647],
  ] as const) {
    it(`takes ${text}`, () => expect(durationMs(text)).to.equal(ms));
  }

  for (const text of [
    "",
    " ",
    "soon",
    "-1s",
    "+1s",
    "1 s",
    "1S",
    "1d",
    "1.s",
    ".5s",
    "1e3",
    "0x10",
    "Infinity",
    "NaN",
  ]) {
    it(`refuses "${text}"`, () =>
      expect(() => durationMs(text)).to.throw(InvalidArgumentError, /duration such as 500ms/));
  }

  it("refuses what no timer keeps", () => {
    expect(() => durationMs("2147483648")).to.throw(InvalidArgumentError);
    expect(() => durationMs("597h")).to.throw(InvalidArgumentError);
    expect(() => durationMs("9".repeat(400))).to.throw(InvalidArgumentError);
  });
});
