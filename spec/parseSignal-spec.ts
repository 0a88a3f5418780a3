import { expect } from "chai";
import fc from "fast-check";
import { parseSignal } from "../lib/parseSignal.js";
import { OP } from "./helpers/opControl.js";

const MAX_SEQUENCE = 2n ** 64n - 1n;

describe("parseSignal", () => {
  for (const [given, signal] of [
    ["PAUSE", "PAUSE"],
    ["RESUME", "RESUME"],
    ["TERMINATE", "TERMINATE"],
    [1, "PAUSE"],
    [2, "RESUME"],
    [3, "TERMINATE"],
  ] as const) {
    it(`reads ${JSON.stringify(given)} as ${signal}`, () => {
      expect(parseSignal({ opId: OP, signal: given, sequence: 5n })).to.deep.equal({ opId: OP, signal, sequence: 5n });
    });
  }

  for (const opId of [
    "*",
    "agent:agent-7",
    "trace:",
    ":",
    " ",
    "a\nb",
    "\u0000",
    "__proto__",
    "constructor",
    "трасса:",
  ]) {
    it(`keeps the op id ${JSON.stringify(opId)} as it is`, () => {
      const message = { opId, signal: "TERMINATE", sequence: 5n };
      expect(parseSignal(message)).to.deep.equal(message);
    });
  }

  for (const [given, sequence] of [
    [0n, 0n],
    [MAX_SEQUENCE, MAX_SEQUENCE],
    [7, 7n],
    [Number.MAX_SAFE_INTEGER, 9007199254740991n],
  ] as const) {
    it(`keeps the sequence ${String(given)} as a bigint`, () => {
      expect(parseSignal({ opId: OP, signal: "PAUSE", sequence: given })).to.have.property("sequence", sequence);
    });
  }

  for (const sequence of [undefined, null, "7", 1.5, Number.NaN, Infinity, 2 ** 53, true]) {
    it(`takes a TERMINATE for one although its sequence is ${String(sequence)}, which it shows as 0`, () => {
      const signal = parseSignal({ opId: OP, signal: "TERMINATE", sequence });
      expect(signal).to.deep.equal({ opId: OP, signal: "TERMINATE", sequence: 0n });
    });
  }

  it("takes a TERMINATE without a sequence for one", () => {
    const signal = parseSignal({ opId: OP, signal: "TERMINATE" });
    expect(signal).to.deep.equal({ opId: OP, signal: "TERMINATE", sequence: 0n });
  });

  it("makes an object of its own, of the three fields alone", () => {
    const message = { opId: OP, signal: "PAUSE", sequence: 1n, orgId: "acme" };
    const signal = parseSignal(message);
    message.opId = "another";
    expect(signal).to.deep.equal({ opId: OP, signal: "PAUSE", sequence: 1n });
  });

  for (const message of [undefined, null, "PAUSE", 3, 3n, true, Symbol("PAUSE"), () => "PAUSE"]) {
    it(`finds that ${String(message)} is not an object`, () => {
      expect(parseSignal(message)).to.deep.equal({ malformed: "notAnObject", opId: "" });
    });
  }

  for (const message of [{}, { opId: "" }, { opId: null }, { opId: 7 }, { opId: {} }, { opId: ["*"] }]) {
    it(`finds no op id in ${JSON.stringify(message)}`, () => {
      expect(parseSignal({ ...message, signal: "TERMINATE" })).to.deep.equal({ malformed: "emptyOpId", opId: "" });
    });
  }

  for (const [signal, malformed] of [
    [0, "unspecifiedSignal"],
    [4, "unknownSignal"],
    [-1, "unknownSignal"],
    [1.5, "unknownSignal"],
    [3n, "unknownSignal"],
    ["3", "unknownSignal"],
    ["terminate", "unknownSignal"],
    ["UNSPECIFIED", "unknownSignal"],
    ["", "unknownSignal"],
    ["constructor", "unknownSignal"],
    ["__proto__", "unknownSignal"],
    [undefined, "unknownSignal"],
    [null, "unknownSignal"],
    [["PAUSE"], "unknownSignal"],
  ] as const) {
    it(`finds ${typeof signal} ${String(signal)} to be ${malformed}`, () => {
      expect(parseSignal({ opId: OP, signal })).to.deep.equal({ malformed, opId: OP });
    });
  }

  for (const [what, longest] of [
    ["1 byte", "x".repeat(1024)],
    ["2 bytes", "я".repeat(512)],
    ["3 bytes", `${"本".repeat(341)}x`],
    ["4 bytes", "🛑".repeat(256)],
  ] as const) {
    it(`takes an op id of 1024 bytes and none of 1025, of characters of ${what}`, () => {
      expect(parseSignal({ opId: longest, signal: 1 })).to.deep.equal({ opId: longest, signal: "PAUSE", sequence: 0n });
      expect(parseSignal({ opId: `${longest}x`, signal: 1 })).to.deep.equal({
        malformed: "oversizeOpId",
        opId: `${longest}x`,
      });
    });
  }

  it("finds an op id of 8 kB oversize", () => {
    expect(parseSignal({ opId: "x".repeat(8192), signal: 3 })).to.have.property("malformed", "oversizeOpId");
  });

  it("gives either a signal or a reason, whatever it is given", () => {
    const anything = fc.anything({ withBigInt: true, withNullPrototype: true });
    const nearlyAMessage = fc.record(
      {
        opId: fc.oneof(fc.string(), anything),
        signal: fc.oneof(fc.integer({ min: -1, max: 5 }), fc.constantFrom("PAUSE", "RESUME", "TERMINATE"), anything),
        sequence: fc.oneof(fc.bigInt(), fc.double(), anything),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, nearlyAMessage), (message) => {
        const signal = parseSignal(message);
        expect(signal.opId).to.be.a("string");
        if ("malformed" in signal) return;
        expect(signal).to.have.all.keys("opId", "signal", "sequence");
        expect(signal.opId).not.to.equal("");
        expect(signal.signal).to.be.oneOf(["PAUSE", "RESUME", "TERMINATE"]);
        expect(signal.sequence).to.be.a("bigint");
      }),
    );
  });

  for (const field of ["opId", "signal", "sequence"]) {
    it(`does not throw where the message's ${field} does: the queue behind it holds the next TERMINATE`, () => {
      const hostile = Object.defineProperty({ opId: OP, signal: "PAUSE", sequence: 0n }, field, {
        get() {
          throw new Error("no");
        },
      });
      expect(() => parseSignal(hostile)).not.to.throw();
    });
  }
});
