import { expect } from "chai";
import { ageText } from "../../../lib/cli/watch/ageText.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("ageText", () => {
  for (const [ms, text] of [
    [0, "0 s"],
    [999, "0 s"],
    [12 * SECOND, "12 s"],
    [MINUTE - 1, "59 s"],
    [MINUTE, "1 m 00 s"],
    [3 * MINUTE + 5 * SECOND, "3 m 05 s"],
    [HOUR - 1, "59 m 59 s"],
    [HOUR, "1 h 00 m"],
    [2 * HOUR + 5 * MINUTE, "2 h 05 m"],
    [DAY - 1, "23 h 59 m"],
    [3 * DAY + 4 * HOUR, "3 d 04 h"],
    [1_000 * DAY, "1000 d 00 h"],
  ] as const) {
    it(`says of ${ms} ms "${text}"`, () => expect(ageText(ms)).to.equal(text));
  }

  it("is never negative, for a clock may be set back", () => expect(ageText(-5_000)).to.equal("0 s"));
});
