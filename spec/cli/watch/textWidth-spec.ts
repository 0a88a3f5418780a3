import { expect } from "chai";
import fc from "fast-check";
import { cutEnd, cutMiddle, textWidth } from "../../../lib/cli/watch/textWidth.js";
import { runs } from "../../helpers/runs.js";

const FAMILY = "👨‍👩‍👧‍👦";
const E_ACUTE = "e\u0301";

describe("textWidth", () => {
  for (const [what, text, width] of [
    ["nothing", "", 0],
    ["ASCII", "demo:1", 6],
    ["accented letters", "é à ü ñ", 7],
    ["an accent of its own", E_ACUTE, 1],
    ["Cyrillic and Greek", "оп:α", 4],
    ["Chinese and Japanese, which is wide", "漢字:カナ", 9],
    ["Korean, which is wide", "한국", 4],
    ["fullwidth letters", "ＡＢ", 4],
    ["a picture", "🚀", 2],
    ["a picture of many parts", FAMILY, 2],
    ["a sign that is shown as a picture", "❤\ufe0f", 2],
    ["what is not seen", "a\u200bb\u200d", 2],
    ["half of a character", "a\ud83d", 2],
  ] as const) {
    it(`counts ${what}`, () => expect(textWidth(text)).to.equal(width));
  }
});

describe("cutEnd", () => {
  for (const [text, columns, cut] of [
    ["demo:1", 6, "demo:1"],
    ["demo:1", 5, "demo…"],
    ["demo:1", 1, "…"],
    ["demo:1", 0, ""],
    ["漢字:1", 6, "漢字:1"],
    ["漢字:1", 5, "漢字…"],
    ["漢字:1", 4, "漢…"],
    [`${FAMILY}${FAMILY}`, 3, `${FAMILY}…`],
  ] as const) {
    it(`makes "${cut}" of "${text}" in ${columns} columns`, () => expect(cutEnd(text, columns)).to.equal(cut));
  }
});

describe("cutMiddle", () => {
  for (const [text, columns, cut] of [
    ["trace:span", 10, "trace:span"],
    ["trace:span", 9, "trac…span"],
    ["trace:span", 8, "trac…pan"],
    ["trace:span", 2, "t…"],
    ["trace:span", 1, "…"],
    ["trace:span", 0, ""],
    ["漢字漢字:1", 7, "漢字…:1"],
    [`a${E_ACUTE}bcd${E_ACUTE}`, 5, `a${E_ACUTE}…d${E_ACUTE}`],
  ] as const) {
    it(`makes "${cut}" of "${text}" in ${columns} columns`, () => expect(cutMiddle(text, columns)).to.equal(cut));
  }
});

describe("cutEnd and cutMiddle", () => {
  it("keep within the columns whatever the text, and change nothing that has room", () => {
    const texts = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(texts, fc.nat(50), (text, columns) => {
        for (const cut of [cutEnd, cutMiddle]) {
          const within = cut(text, columns);
          expect(textWidth(within)).to.be.at.most(columns);
          if (textWidth(text) <= columns) expect(within).to.equal(text);
        }
      }),
      { numRuns: runs(300) },
    );
  });
});
