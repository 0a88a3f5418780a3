import { expect } from "chai";
import { coloursFor } from "../../lib/cli/colours.js";
import { withEnvironment } from "../helpers/environment.js";

const RED = "\u001b[31mx\u001b[39m";

describe("coloursFor", () => {
  for (const [what, isTTY, variables, text] of [
    ["colours on a terminal", true, {}, RED],
    ["none elsewhere", false, {}, "x"],
    ["none on a terminal where NO_COLOR is set", true, { NO_COLOR: "1" }, "x"],
    ["colours where NO_COLOR is empty, which counts as not set", true, { NO_COLOR: "" }, RED],
    ["colours anywhere where FORCE_COLOR is set", false, { FORCE_COLOR: "1" }, RED],
    ["none elsewhere where FORCE_COLOR is 0", false, { FORCE_COLOR: "0" }, "x"],
    ["none elsewhere where FORCE_COLOR is empty", false, { FORCE_COLOR: "" }, "x"],
    ["none where both are set, for who wants none has a reason", false, { NO_COLOR: "1", FORCE_COLOR: "1" }, "x"],
    ["colours on a terminal, whatever it is called or whether this is CI", true, { TERM: "dumb", CI: "" }, RED],
  ] as const) {
    it(`has ${what}`, () => {
      withEnvironment({ NO_COLOR: undefined, FORCE_COLOR: undefined, ...variables }, () => {
        expect(coloursFor({ isTTY }).red("x")).to.equal(text);
      });
    });
  }

  it("has none on a stream that does not know of terminals", () => {
    withEnvironment({ NO_COLOR: undefined, FORCE_COLOR: undefined }, () => {
      expect(coloursFor({}).isColorSupported).to.equal(false);
    });
  });
});
