import { expect } from "chai";
import fc from "fast-check";
import { describeError, printable } from "../lib/printable.js";

/** What can move the cursor, start a line, hide text or reorder it. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

const character = fc
  .oneof(fc.nat(0x9f), fc.integer({ min: 0x2020, max: 0x2070 }), fc.nat(0xffff))
  .map((code) => String.fromCharCode(code));

describe("printable", () => {
  for (const text of [
    "",
    "4bf92f35:00f067aa",
    "трасса:спан",
    "日本語 🛑",
    'a "quoted" \\ word',
    "\u200d\ufeff\u00a0",
  ]) {
    it(`leaves ${JSON.stringify(text)} as it is`, () => {
      expect(printable(text)).to.equal(text);
    });
  }

  for (const [what, first, last] of [
    ["C0 controls", 0x00, 0x1f],
    ["DEL and C1 controls", 0x7f, 0x9f],
    ["line and paragraph separators", 0x2028, 0x2029],
    ["bidirectional overrides", 0x202a, 0x202e],
    ["bidirectional isolates", 0x2066, 0x2069],
  ] as const) {
    it(`escapes all ${what}, and neither of their neighbours`, () => {
      for (let code = first; code <= last; code++) {
        const escaped = `a\\u${code.toString(16).padStart(4, "0")}b`;
        expect(printable(`a${String.fromCharCode(code)}b`)).to.equal(escaped);
      }
    });
  }

  it("leaves the characters next to those alone", () => {
    const neighbours = "\u0020\u007e\u00a0\u2027\u202f\u2065\u206a";
    expect(printable(neighbours)).to.equal(neighbours);
  });

  it("escapes every one of several", () => {
    expect(printable("\r\n\u001b[31mred\u001b[0m")).to.equal("\\u000d\\u000a\\u001b[31mred\\u001b[0m");
  });

  it("leaves a text of 200 characters whole, and cuts a longer one there", () => {
    expect(printable("x".repeat(200))).to.equal("x".repeat(200));
    expect(printable("x".repeat(201))).to.equal(`${"x".repeat(200)}…`);
    expect(printable("x".repeat(1_000_000))).to.equal(`${"x".repeat(200)}…`);
  });

  it("cuts where it is told to", () => {
    expect(printable("abcdef", 3)).to.equal("abc…");
    expect(printable("abc", 3)).to.equal("abc");
  });

  it("gives nothing unprintable and no more than it may, whatever it is given", () => {
    fc.assert(
      fc.property(fc.string({ unit: character, maxLength: 400, size: "max" }), (text) => {
        const shown = printable(text);
        expect(shown).not.to.match(UNPRINTABLE);
        expect(shown).to.have.length.at.most(200 * "\\u0000".length + 1);
      }),
    );
  });
});

describe("describeError", () => {
  const thrower = {
    toString() {
      throw new Error("no");
    },
  };

  for (const [what, error, description] of [
    ["an error by its message", new Error("no answer"), "no answer"],
    ["an error without a message by its name", new TypeError(), "TypeError"],
    ["a string by itself", "no answer", "no answer"],
    ["undefined by its name", undefined, "undefined"],
    ["null by its name", null, "null"],
    ["a number by itself", 14, "14"],
    ["a symbol by its description", Symbol("lost"), "Symbol(lost)"],
    ["an object with a text of its own by that", { toString: () => "custom" }, "custom"],
    ["an object without any text as such", Object.create(null), "something that cannot be shown"],
    ["an object whose text throws as such", thrower, "something that cannot be shown"],
    [
      "an error whose message is none as such",
      Object.assign(new Error(), { message: 5 }),
      "something that cannot be shown",
    ],
  ] as const) {
    it(`describes ${what}`, () => {
      expect(describeError(error)).to.equal(description);
    });
  }

  it("describes an error whose message throws as something that cannot be shown", () => {
    const hostile = Object.defineProperty(new Error(), "message", {
      get() {
        throw new Error("no");
      },
    });
    expect(describeError(hostile)).to.equal("something that cannot be shown");
  });

  it("makes the text printable and cuts it", () => {
    expect(describeError(new Error("a\nb"))).to.equal("a\\u000ab");
    expect(describeError("\u001b[2J")).to.equal("\\u001b[2J");
    expect(describeError(new Error("x".repeat(5000)))).to.equal(`${"x".repeat(200)}…`);
  });

  it("gives a printable string, whatever it is given", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true }), (thrown) => {
        expect(describeError(thrown)).to.be.a("string").and.not.to.match(UNPRINTABLE);
      }),
    );
  });
});
