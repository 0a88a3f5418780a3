import { expect } from "chai";
import fc from "fast-check";
import { decodeSignal } from "../../lib/channel/decodeSignal.js";
import { decodeUsual } from "../../lib/channel/decodeUsual.js";
import { runs } from "../helpers/runs.js";

/** In hex, spaces between fields being for the reader: 0a = op id, 10 = signal, 18 = sequence. */
type Hex = string;

/** One op id of so many bytes of ASCII. */
const idOf = (length: number): Hex => `0a ${length.toString(16).padStart(2, "0")} ${"61".repeat(length)}`;

const usual: [name: string, hex: Hex, opId: string, signal: number, sequence: bigint][] = [
  ["a PAUSE", "0a0161 1001 1805", "a", 1, 5n],
  ["a RESUME", "0a0161 1002 1805", "a", 2, 5n],
  ["a TERMINATE", "0a0161 1003 1805", "a", 3, 5n],
  ["a trace and a span", "0a03613a62 1003", "a:b", 3, 0n],
  ["no sequence", "0a0161 1003", "a", 3, 0n],
  ["no signal", "0a0161 1805", "a", 0, 5n],
  ["an id alone", "0a0161", "a", 0, 0n],
  ["zeros, spelled out", "0a0161 1000 1800", "a", 0, 0n],
  ["the greatest signal in one byte", "0a0161 107f", "a", 127, 0n],
  ["an id of no byte", `${idOf(0)} 1003`, "", 3, 0n],
  ["an id of 127 bytes", `${idOf(127)} 1003`, "a".repeat(127), 3, 0n],
  ["the least and the greatest of ASCII", "0a02007f 1003", "\0\x7f", 3, 0n],
  ["an id that reads like the fields behind it", "0a0410031805 1001 1802", "\x10\x03\x18\x05", 1, 2n],
  ["a sequence of two bytes", "0a0161 1003 188001", "a", 3, 128n],
  ["a sequence in more bytes than it takes", "0a0161 1003 18858000", "a", 3, 5n],
  ["the greatest sequence in seven bytes", "0a0161 1003 18ffffffffffff7f", "a", 3, 2n ** 49n - 1n],
  ["the least sequence in seven bytes", "0a0161 1003 1880808080808001", "a", 3, 2n ** 42n],
];

/** Protobuf, all of it, and none of it what the gateway usually writes. */
const unusual: [name: string, hex: Hex][] = [
  ["nothing", ""],
  ["no id", "1003 1805"],
  ["another field that reads like an id", "120161 1003"],
  ["an id of 128 bytes", `0a8001 ${"61".repeat(128)} 1003`],
  ["an id's length in more bytes than it takes", "0a8100 61 1003"],
  ["an id that is not ASCII", "0a02c3a9 1003"],
  ["an id whose last character is not ASCII", "0a0361c3a9 1003"],
  ["an id whose first character is not ASCII", "0a03c3a961 1003"],
  ["a sequence of eight bytes", "0a0161 1003 188080808080808001"],
  ["a sequence of eight bytes that needs one", "0a0161 1003 188580808080808000"],
  ["the greatest sequence there is", "0a0161 1003 18ffffffffffffffffff01"],
  ["a signal of two bytes", "0a0161 108001"],
  ["a signal of -1", "0a0161 10ffffffffffffffffff01"],
  ["a signal in more bytes than it takes", "0a0161 108300"],
  ["the sequence before the signal", "0a0161 1805 1003"],
  ["the signal before the id", "1003 0a0161 1805"],
  ["the fields in reverse", "1805 1003 0a0161"],
  ["an id again", "0a0162 0a0161 1003"],
  ["an id again, at the end", "0a0162 1003 0a0161"],
  ["a signal again", "0a0161 1001 1003"],
  ["a sequence again", "0a0161 1003 1807 1805"],
  ["an unknown field in front", "7800 0a0161 1003"],
  ["an unknown field in between", "0a0161 7800 1003"],
  ["an unknown field at the end", "0a0161 1003 1805 7800"],
  ["a field of another type", "0a0161 120103 1805"],
];

const broken: [name: string, hex: Hex][] = [
  ["an id that is not UTF-8", "0a01ff 1003"],
  ["an id of the least byte that is not ASCII", "0a0180 1003"],
  ["an id beyond the end", "0a0261"],
  ["an id of 128 bytes that ends early", `0a8001 ${"61".repeat(127)}`],
  ["an id that would take the fields behind it, and more", "0a0661 1003 1805"],
  ["a length alone", "0a"],
  ["a signal that ends early", "0a0161 1080"],
  ["a sequence that ends early", "0a0161 1003 1880"],
  ["a tag of 0 at the end", "0a0161 1003 1805 00"],
  ["a tag of 0 behind the id", "0a0161 00 1003"],
  ["a stray end of a group", "0a0161 1003 24"],
];

describe("decodeUsual", () => {
  for (const [name, hex, opId, signal, sequence] of usual) {
    it(`takes ${name}`, () => {
      expect(decodeUsual(bytesOf(hex))).to.deep.equal({ opId, signal, sequence });
      expectAgreement(bytesOf(hex));
    });
  }

  for (const [name, hex] of unusual) {
    it(`leaves ${name} to a proper decoder`, () => {
      expect(decodeUsual(bytesOf(hex))).to.equal(undefined);
      expect(() => properly(bytesOf(hex))).to.not.throw();
    });
  }

  for (const [name, hex] of broken) {
    it(`takes nothing for a message that has ${name}`, () => {
      expect(decodeUsual(bytesOf(hex))).to.equal(undefined);
      expect(() => decodeSignal(bytesOf(hex))).to.throw(Error);
    });
  }

  it("takes of a message that is cut off no more than what is whole of it", () => {
    const whole = bytesOf("0a03613a62 1003 18ffffffffffff7f");
    const ends = [5, 7, whole.length];
    for (let length = 0; length <= whole.length; length++) {
      const bytes = whole.subarray(0, length);
      expect(decodeUsual(bytes) !== undefined, `${length} bytes`).to.equal(ends.includes(length));
      expectAgreement(bytes);
    }
  });

  it("reads a view of a larger buffer, and nothing beyond it", () => {
    const larger = Uint8Array.from(bytesOf("0a0162 0a0161 1003 1805 1807"));
    for (const view of [larger.subarray(3, 10), Buffer.from(larger).subarray(3, 10)]) {
      expect(decodeUsual(view)).to.deep.equal({ opId: "a", signal: 3, sequence: 5n });
    }
    for (const end of [5, 7, 9]) expect(decodeUsual(larger.subarray(3, end))).to.equal(undefined);
  });

  it("reads bytes that are no Buffer", () => {
    const bytes = Uint8Array.from(bytesOf("0a03613a62 1003 1805"));
    expect(decodeUsual(bytes)).to.deep.equal({ opId: "a:b", signal: 3, sequence: 5n });
  });

  it("takes no message for another than a proper decoder does, nor one that has no other", () => {
    // Pieces of messages, so that what they make is often nearly usual.
    const piece = fc.oneof(
      { weight: 3, arbitrary: fc.nat(130).map((length) => idOf(length)) },
      { weight: 3, arbitrary: fc.constantFrom("0a0161", "0a03613a62", "0a02c3a9", "0a01ff") },
      { weight: 6, arbitrary: fc.constantFrom("1001", "1003", "1000", "107f", "108301", "1083") },
      { weight: 6, arbitrary: fc.nat(11).map((more) => `18${"85".repeat(more)}01`) },
      { weight: 1, arbitrary: fc.nat(255).map((byte) => byte.toString(16).padStart(2, "0")) },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), fc.nat(2), fc.boolean(), (pieces, cut, isBuffer) => {
        const bytes = bytesOf(pieces.join(""));
        const rest = bytes.subarray(0, Math.max(0, bytes.length - cut));
        expectAgreement(isBuffer ? rest : Uint8Array.from(rest));
      }),
      { numRuns: runs(20_000) },
    );
  });
});

/** What it takes, the proper decoder reads as the same. */
function expectAgreement(bytes: Uint8Array): void {
  const usual = decodeUsual(bytes);
  if (usual !== undefined) expect(usual).to.deep.equal(properly(bytes));
}

/** An unknown field at the end, which is no part of what is read, has it read by the proper decoder. */
function properly(bytes: Uint8Array): unknown {
  const unknown = [0x78, 0x00];
  return decodeSignal(Uint8Array.from([...bytes, ...unknown]));
}

function bytesOf(hex: Hex): Buffer {
  return Buffer.from(hex.replaceAll(" ", ""), "hex");
}
