import { expect } from "chai";
import { displayName } from "../../../lib/cli/board/displayName.js";

describe("displayName", () => {
  it("leaves an id that can be read as it is, in any language", () => {
    for (const id of ["4bf92f35:00f067aa", "trace:", "тест:öß", "漢字:かな", "עברית:1", "emoji:🚦"]) {
      expect(displayName(id)).to.equal(id);
    }
  });

  const unreadable: readonly (readonly [string, string])[] = [
    ["a newline", "\n"],
    ["an escape code", "\u001b[2J"],
    ["an override of direction", "\u202e"],
    ["a mark of direction", "\u200f"],
    ["a space without width", "\u200b"],
    ["an invisible letter", "\u3164"],
    ["a tag", "\u{e0041}"],
    ["a private character", "\ue000"],
    ["half a character", "\ud800"],
    ["a variation selector", "\ufe0f"],
    ["a space that does not break", "\u00a0"],
  ];
  for (const [what, character] of unreadable) {
    it(`escapes ${what}, so that two ids that differ look different`, () => {
      expect(displayName(`a${character}b`)).to.match(/^a\\u/);
      expect(displayName(`a${character}b`)).to.not.equal(displayName("ab"));
    });
  }

  it("shows the whole of the longest id that a signal can have, and cuts what is longer", () => {
    expect(displayName("x".repeat(1024))).to.have.length(1024);
    expect(displayName("x".repeat(100_000)).length).to.be.below(1200);
  });
});
