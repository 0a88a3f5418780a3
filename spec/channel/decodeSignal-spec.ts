import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ChannelCredentials, Client, status } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import protobufjs from "protobufjs";
import { type OpControlMessage, OpControlSubscribeRequest, PolicyServiceService } from "../../codegen/gen/policy.js";
import { decodeSignal } from "../../lib/channel/decodeSignal.js";
import { parseSignal } from "../../lib/parseSignal.js";
import { accept, cancelled, HandMadeGateway, type ServerCall, US, wire } from "../helpers/gateways.js";

/** In hex, spaces between fields and `|` between messages being for the reader: 0a = op id, 10 = signal, 18 = sequence. */
type Hex = string;

/** As decoded: the enum is whatever number there was. */
interface Decoded {
  readonly opId: string;
  readonly signal: number;
  readonly sequence: bigint;
}

const TERMINATE_A: Decoded = { opId: "a", signal: 3, sequence: 0n };

/** One op id in UTF-8, with a TERMINATE. */
const idOf = (id: Hex): Hex => `0a ${(bytesOf(id).length + 0x100).toString(16).slice(1)} ${id} 1003`;

const signals: [name: string, hex: Hex, expected: Decoded][] = [
  ["PAUSE", "0a0161 1001", { opId: "a", signal: 1, sequence: 0n }],
  ["RESUME", "0a0161 1002", { opId: "a", signal: 2, sequence: 0n }],
  ["TERMINATE", "0a0161 1003", TERMINATE_A],
  ["the fields in reverse", "1805 1003 0a0161", { ...TERMINATE_A, sequence: 5n }],
  ["the sequence 0, spelled out", "0a0161 1003 1800", TERMINATE_A],
  ["the sequence 2^64-1", "0a0161 1003 18ffffffffffffffffff01", { ...TERMINATE_A, sequence: 2n ** 64n - 1n }],
  ["a sequence in more bytes than it takes", "0a0161 1003 18858080808080808000", { ...TERMINATE_A, sequence: 5n }],
  ["a signal in more bytes than it takes", "0a0161 1083808080808080808000", TERMINATE_A],
  ["a length in more bytes than it takes", "0a81808000 61 1003", TERMINATE_A],
  ["a tag in as many bytes as it may take", "8a80808000 0161 1003", TERMINATE_A],

  // Of a repeated field the last one counts, and two messages in a row are one.
  ["an op id again", "0a0162 1003 0a0161", TERMINATE_A],
  ["a signal again", "0a0161 1002 1003", TERMINATE_A],
  ["a sequence again", "0a0161 1003 1807 1805", { ...TERMINATE_A, sequence: 5n }],
  ["two messages, merged", "0a0162 1001 1807 | 0a0161 1003", { ...TERMINATE_A, sequence: 7n }],

  // Cut to 32 bits, as protobuf defines it.
  ["2^32+3 for a signal", "0a0161 108380808010", TERMINATE_A],
  ["2^63+3 for a signal", "0a0161 1083808080808080808001", TERMINATE_A],

  // What a later gateway may add.
  ["an unknown varint", "0a0161 2001 1003", TERMINATE_A],
  ["an unknown varint of ten bytes", "20ffffffffffffffffff01 0a0161 1003", TERMINATE_A],
  ["unknown 64 bits", "0a0161 210a01621001101010 1003", TERMINATE_A],
  ["unknown 32 bits", "0a0161 250a016210 1003", TERMINATE_A],
  ["an unknown string", "0a0161 2205 0a01621001 1003", TERMINATE_A],
  ["unknown bytes that are not UTF-8", "0a0161 2202 c328 1003", TERMINATE_A],
  ["an unknown string of no length", "0a0161 2200 1003", TERMINATE_A],
  ["an unknown group", "0a0161 23 0a0162 1001 24 1003", TERMINATE_A],
  ["an unknown group of nothing", "0a0161 23 24 1003", TERMINATE_A],
  ["unknown groups within groups", "0a0161 23 2b 23 2001 24 2c 24 1003", TERMINATE_A],
  ["unknown groups 100 deep", `${"23".repeat(100)} ${"24".repeat(100)} 0a0161 1003`, TERMINATE_A],
  ["the greatest field number there is", "f8ffffff0f01 0a0161 1003", TERMINATE_A],

  // A known field of another type is an unknown field.
  ["an op id as a varint as well", "0a0161 0807 1003", TERMINATE_A],
  ["an op id as a group as well", "0a0161 0b 0a0162 0c 1003", TERMINATE_A],
  ["a signal as a string as well", "0a0161 1003 120102", TERMINATE_A],
  ["a signal as 32 bits as well", "0a0161 1003 1502000000", TERMINATE_A],
  ["a sequence as 64 bits as well", "0a0161 1003 1905000000000000ff", TERMINATE_A],

  // Op ids are opaque.
  ["an id with NUL in it", idOf("61 00 62"), { ...TERMINATE_A, opId: "a\0b" }],
  ["an id of NUL", idOf("00"), { ...TERMINATE_A, opId: "\0" }],
  ["an id that begins with a byte order mark", idOf("efbbbf 61"), { ...TERMINATE_A, opId: "\ufeffa" }],
  ["an id that is a byte order mark", idOf("efbbbf"), { ...TERMINATE_A, opId: "\ufeff" }],
  ["an id that says U+FFFD itself", idOf("efbfbd"), { ...TERMINATE_A, opId: "\ufffd" }],
  ["an id of each length of UTF-8", idOf("61 d18f e69cac f09f9b91"), { ...TERMINATE_A, opId: "aя本🛑" }],
  ["an id that ends at U+10FFFF", idOf("f48fbfbf"), { ...TERMINATE_A, opId: "\u{10ffff}" }],
  ["an id of more ASCII than the reader takes itself", idOf("61".repeat(40)), { ...TERMINATE_A, opId: "a".repeat(40) }],
];

const noSignals: [name: string, hex: Hex, expected: Decoded, malformed: string][] = [
  ["nothing", "", { opId: "", signal: 0, sequence: 0n }, "emptyOpId"],
  ["no op id", "1003", { opId: "", signal: 3, sequence: 0n }, "emptyOpId"],
  ["an op id of no length", "0a00 1003", { opId: "", signal: 3, sequence: 0n }, "emptyOpId"],
  ["an op id as a varint", "0861 1003", { opId: "", signal: 3, sequence: 0n }, "emptyOpId"],
  ["an op id as a group", "0b 0a0161 0c 1003", { opId: "", signal: 3, sequence: 0n }, "emptyOpId"],
  ["no signal", "0a0161", { opId: "a", signal: 0, sequence: 0n }, "unspecifiedSignal"],
  ["UNSPECIFIED", "0a0161 1000", { opId: "a", signal: 0, sequence: 0n }, "unspecifiedSignal"],
  [
    "a signal that UNSPECIFIED follows",
    "0a0161 1003 1000",
    { opId: "a", signal: 0, sequence: 0n },
    "unspecifiedSignal",
  ],
  ["a packed signal", "0a0161 120103", { opId: "a", signal: 0, sequence: 0n }, "unspecifiedSignal"],
  ["a signal as 32 bits", "0a0161 1503000000", { opId: "a", signal: 0, sequence: 0n }, "unspecifiedSignal"],
  ["2^32 for a signal", "0a0161 108080808010", { opId: "a", signal: 0, sequence: 0n }, "unspecifiedSignal"],
  ["an enum of tomorrow", "0a0161 1004", { opId: "a", signal: 4, sequence: 0n }, "unknownSignal"],
  ["2^31-1 for a signal", "0a0161 10ffffffff07", { opId: "a", signal: 2 ** 31 - 1, sequence: 0n }, "unknownSignal"],
  ["-1 for a signal", "0a0161 10ffffffffffffffffff01", { opId: "a", signal: -1, sequence: 0n }, "unknownSignal"],
  ["-3 for a signal", "0a0161 10fdffffffffffffffff01", { opId: "a", signal: -3, sequence: 0n }, "unknownSignal"],
  ["2^32-1 for a signal", "0a0161 10ffffffff0f", { opId: "a", signal: -1, sequence: 0n }, "unknownSignal"],
];

const TRUNCATED = "ends within a field";
const TOO_LONG = "varint of more than 64 bits";
const TAG = "illegal tag";
const WIRE_TYPE = "wire type";
const UTF8 = "not valid";

/** Each of them begins with a TERMINATE of "a" or ends with one, which the rest makes untrue. */
const refused: [name: string, hex: Hex, says: string][] = [
  ["a tag and no more", "1003 0a", TRUNCATED],
  ["an op id that ends early", "1003 0a0261", TRUNCATED],
  ["a length that ends early", "1003 0a81", TRUNCATED],
  ["a signal that ends early", "0a0161 1083", TRUNCATED],
  ["a sequence that ends early", "0a0161 1003 1885", TRUNCATED],
  ["a tag that ends early", "0a0161 1003 a0", TRUNCATED],
  ["a length beyond the end", "0a7f61 1003", TRUNCATED],
  ["a length of 2^31", "0a8080808008 61 1003", TRUNCATED],
  ["a length of 2^32+1, of which 32 bits say 1", "0a8180808010 61 1003", TRUNCATED],
  ["a length of -1", "0affffffffffffffffff01 61 1003", TRUNCATED],
  ["an unknown length of 2^32, of which 32 bits say 0", "0a0161 228080808010 1003", TRUNCATED],
  ["unknown 64 bits that end early", "0a0161 1003 2100000000000000", TRUNCATED],
  ["unknown 32 bits that end early", "0a0161 1003 25000000", TRUNCATED],
  ["an unknown varint that ends early", "0a0161 1003 2080", TRUNCATED],
  ["an unknown string that ends early", "0a0161 1003 220200", TRUNCATED],
  ["an unknown group that does not end", "0a0161 1003 23 2001", TRUNCATED],

  ["a signal of eleven bytes", "0a0161 108380808080808080808000", TOO_LONG],
  ["a signal of 65 bits", "0a0161 1083808080808080808002", TOO_LONG],
  ["a sequence of eleven bytes", "0a0161 1003 188080808080808080808000", TOO_LONG],
  ["a sequence of 65 bits", "0a0161 1003 18ffffffffffffffffff03", TOO_LONG],
  ["a length of eleven bytes", "0a8180808080808080808000 61 1003", TOO_LONG],
  ["an unknown varint of eleven bytes", "208080808080808080808000 0a0161 1003", TOO_LONG],
  ["a tag of eleven bytes", "8a80808080808080808000 0161 1003", TOO_LONG],

  ["the field number 0, with a varint", "0a0161 1003 0001", TAG],
  ["the field number 0, with a string", "0a0161 1003 020161", TAG],
  ["a tag of zeros behind a signal", "0a0161 1002 00 1003", TAG],
  ["the field number 0 within a group", "0a0161 23 00 24 1003", TAG],
  ["a tag of six bytes", "8a8080808000 0161 1003", TAG],
  ["a tag of 2^32+10, of which 32 bits say op id", "8a80808010 0161 1003", TAG],
  ["a tag of 2^32+16, of which 32 bits say signal", "0a0161 1002 9080808010 03", TAG],

  ["wire type 6", "0a0161 1003 26", WIRE_TYPE],
  ["wire type 7", "0a0161 1003 27", WIRE_TYPE],
  ["wire type 7, and the greatest tag there is", "0a0161 1003 ffffffff0f", WIRE_TYPE],
  ["an op id of wire type 7", "0f0161 1003", WIRE_TYPE],
  ["an end of a group that has not begun", "0a0161 1002 24 1003", WIRE_TYPE],
  ["an end of a group for an op id", "0c 0a0161 1003", WIRE_TYPE],
  ["another group's end", "0a0161 23 2c 1003", WIRE_TYPE],
  ["groups that end in the wrong order", "0a0161 23 2b 24 2c 1003", WIRE_TYPE],
  ["groups 101 deep", `${"23".repeat(101)} ${"24".repeat(101)} 0a0161 1003`, "deep"],
  ["groups without end", "23".repeat(65_536), "deep"],

  ["a byte that cannot begin a character", idOf("ff"), UTF8],
  ["a byte that can only go on", idOf("61 80"), UTF8],
  ["an overlong NUL", idOf("c080"), UTF8],
  ["an overlong slash", idOf("e080af"), UTF8],
  ["a surrogate", idOf("eda080"), UTF8],
  ["a pair of surrogates (CESU-8)", idOf("eda0bd edbb91"), UTF8],
  ["a character cut off", idOf("f09f9b"), UTF8],
  ["a character cut short", idOf("f09f9b 61"), UTF8],
  ["a character beyond U+10FFFF", idOf("f4908080"), UTF8],
  ["a broken id that another replaces", "0a01ff 0a0161 1003", UTF8],
  ["a broken id of more than the reader takes itself", idOf(`${"61".repeat(40)} c3`), UTF8],
];

describe("decodeSignal", () => {
  for (const [name, hex, expected] of signals) {
    it(`takes ${name}`, () => {
      expect(decodeSignal(bytesOf(hex))).to.deep.equal(expected);
      expect(parseSignal(expected)).to.not.have.property("malformed");
    });
  }

  for (const [name, hex, expected, malformed] of noSignals) {
    it(`takes ${name}, which is ${malformed}`, () => {
      expect(decodeSignal(bytesOf(hex))).to.deep.equal(expected);
      expect(parseSignal(expected)).to.have.property("malformed", malformed);
    });
  }

  for (const [name, hex, says] of refused) {
    it(`refuses ${name}`, () => {
      expect(() => decodeSignal(bytesOf(hex))).to.throw(Error, says);
    });
  }

  it("reads a view of a larger buffer, and nothing beyond it", () => {
    const buffer = bytesOf("1002 0a0161 1003 0a0162");
    expect(decodeSignal(buffer.subarray(2, 7))).to.deep.equal(TERMINATE_A);
    expect(() => decodeSignal(buffer.subarray(2, 6))).to.throw(TRUNCATED);
  });

  it("is not led astray by what it has refused", () => {
    for (const id of ["f09f9b", "efbb", "c3"]) expect(() => decodeSignal(bytesOf(idOf(id)))).to.throw(UTF8);
    expect(decodeSignal(bytesOf(idOf("d18f")))).to.deep.equal({ ...TERMINATE_A, opId: "я" });
  });

  it("repeats nothing of the bytes in its error", () => {
    for (const [, hex] of refused) {
      expect(() => decodeSignal(bytesOf(hex))).to.throw(/^[ -~]{1,80}$/);
    }
  });

  describe("whatever it is given", () => {
    const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    const message = fc.record({
      opId: fc.string({ unit: "binary", maxLength: 60 }).filter((id) => Buffer.from(id).toString() === id),
      signal: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer()),
      sequence: uint64,
    });
    const fields = fc.array(unknownField(3), { maxLength: 8 }).map((list) => Buffer.concat(list));

    it("reads what was encoded", () => {
      fc.assert(
        fc.property(message, (given) => {
          expect(decodeSignal(wire(given))).to.deep.equal(given);
        }),
      );
    });

    it("refuses no TERMINATE for the unknown fields before, between and behind its own", () => {
      fc.assert(
        fc.property(message, fields, fields, fields, ({ opId, sequence }, before, between, behind) => {
          const bytes = Buffer.concat([before, wire({ opId, sequence }), between, wire({ signal: 3 }), behind]);
          expect(decodeSignal(bytes)).to.deep.equal({ opId, signal: 3, sequence });
        }),
      );
    });

    it("either throws or reads what another implementation reads, one bit flipped", () => {
      fc.assert(
        fc.property(message, fields, fc.nat(), (given, unknown, at) => {
          fc.pre(given.opId !== "");
          const bytes = Buffer.concat([wire(given), unknown]);
          const bit = at % (bytes.length * 8);
          bytes.writeUInt8(bytes.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
          expectAgreement(bytes);
        }),
        { numRuns: 1000 },
      );
    });

    it("either throws or reads what another implementation reads, cut anywhere", () => {
      fc.assert(
        fc.property(message, fields, (given, unknown) => {
          const bytes = Buffer.concat([wire(given), unknown]);
          for (let length = 0; length < bytes.length; length++) expectAgreement(bytes.subarray(0, length));
        }),
      );
    });

    it("either throws or reads what another implementation reads, of random bytes", () => {
      // Such as are often tags, lengths and ends: bytes of any value would nearly all fail at the first.
      const byte = fc.oneof(
        fc.constantFrom(0x0a, 0x10, 0x18, 0x23, 0x24, 0x08, 0x0b, 0x0c, 0x12, 0x15, 0x80, 0x8a, 0xff),
        fc.nat(3),
        fc.nat(255),
      );
      fc.assert(
        fc.property(fc.array(byte, { maxLength: 24 }), (bytes) => expectAgreement(Uint8Array.from(bytes))),
        { numRuns: 2000 },
      );
    });
  });
});

describe("grpc-js, when decodeSignal throws", () => {
  it("delivers what came before and nothing of what comes behind, and ends the call with INTERNAL", async () => {
    // More than grpc-js buffers ahead of its reader.
    const before = Array.from({ length: 200 }, (_, index) => `op ${index}`);
    const events = await callOf((call) => {
      for (const opId of before) call.write(wire({ opId, signal: 3 }));
      call.write(bytesOf("0a0161 1002 00"));
      for (const opId of ["d", "e"]) call.write(wire({ opId, signal: 3 }));
    });
    expect(events).to.deep.equal([
      "metadata",
      ...before.map((opId) => `data ${opId}`),
      "error 13 INTERNAL: Response message parsing error: not protobuf: an illegal tag",
      "status INTERNAL: Response message parsing error: not protobuf: an illegal tag",
      "end",
      "close",
    ]);
  });

  it("cancels the call, which the gateway sees, though it has not ended it", async () => {
    await callOf((call) => call.write(bytesOf(idOf("ff"))), cancelled);
  });

  it("takes no orderly end behind such bytes for success", async () => {
    const events = await callOf((call) => {
      call.write(bytesOf(idOf("ff")));
      call.end();
    });
    expect(events[1]).to.match(/^error 13 INTERNAL: Response message parsing error: .*not valid/);
    expect(events[2]).to.match(/^status INTERNAL/);
  });
});

/** What a raw client of grpc-js tells of a call until it is closed. */
async function callOf(
  send: (call: ServerCall) => void,
  afterwards: (call: ServerCall) => Promise<void> = () => Promise.resolve(),
): Promise<string[]> {
  await using gateway = await HandMadeGateway.start((call) => {
    accept(call);
    send(call);
  });
  const client = new Client(gateway.endpoint, ChannelCredentials.createInsecure(), { "grpc.enable_retries": 0 });
  try {
    const { path, requestSerialize } = PolicyServiceService.opControlStream;
    const request = OpControlSubscribeRequest.fromPartial({ agentId: US });
    const call = client.makeServerStreamRequest(path, requestSerialize, decodeSignal, request);
    const events: string[] = [];
    call.on("metadata", () => events.push("metadata"));
    call.on("data", ({ opId }: OpControlMessage) => events.push(`data ${opId}`));
    call.on("error", ({ message }) => events.push(`error ${message}`));
    call.on("status", ({ code, details }) => events.push(`status ${status[code]}: ${details}`));
    call.on("end", () => events.push("end"));
    await new Promise((resolve) => call.once("close", resolve));
    await afterwards(await gateway.firstCall());
    return [...events, "close"];
  } finally {
    client.close();
  }
}

function bytesOf(hex: Hex): Buffer {
  return Buffer.from(hex.replaceAll(/[ |]/g, ""), "hex");
}

/**
 * Another implementation of protobuf, for the same message. The signal is read in 64 bits and cut here: where it reads 32
 * of them, it takes a varint of more than five bytes for one of ten.
 */
const another = new protobufjs.Type("OpControlMessage")
  .add(new protobufjs.Field("opId", 1, "string"))
  .add(new protobufjs.Field("signal", 2, "uint64"))
  .add(new protobufjs.Field("sequence", 3, "uint64"));

function expectAgreement(bytes: Uint8Array): void {
  let message: Decoded;
  try {
    message = decodeSignal(bytes);
  } catch (error) {
    expect(error).to.be.instanceOf(Error);
    return;
  }
  const decoded = another.decode(withoutOtherTypes(bytes));
  const { opId, signal, sequence } = another.toObject(decoded, { defaults: true, longs: String });
  expect(message).to.deep.equal({
    opId: opId as string,
    signal: Number(BigInt.asIntN(32, BigInt(signal as string))),
    sequence: BigInt(sequence as string),
  });
  expect(parseSignal(message).opId).to.equal(opId);
}

/** The same without known fields of another wire type: the other implementation reads them as if they were of theirs. */
function withoutOtherTypes(bytes: Uint8Array): Uint8Array {
  const reader = new BinaryReader(bytes);
  const kept: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [no, type] = reader.tag();
    reader.skip(type, no);
    if (no > 3 || type === (no === 1 ? WireType.LengthDelimited : WireType.Varint))
      kept.push(bytes.subarray(start, reader.pos));
  }
  return Buffer.concat(kept);
}

/** A field that OpControlMessage has not, of any wire type. */
function unknownField(depth: number): fc.Arbitrary<Buffer> {
  const number = fc.oneof(fc.integer({ min: 4, max: 20 }), fc.integer({ min: 4, max: 2 ** 29 - 1 }));
  const tagged = (type: number, value: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> =>
    fc.tuple(number, value).map(([no, bytes]) => Buffer.concat([tag(no, type), bytes]));
  const bytes = (size: fc.ArrayConstraints): fc.Arbitrary<Buffer> =>
    fc.array(fc.nat(255), size).map((list) => Buffer.from(list));
  const ofOneValue = [
    tagged(0, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(varint)),
    tagged(1, bytes({ minLength: 8, maxLength: 8 })),
    tagged(
      2,
      bytes({ maxLength: 200 }).map((value) => Buffer.concat([varint(BigInt(value.length)), value])),
    ),
    tagged(5, bytes({ minLength: 4, maxLength: 4 })),
  ];
  if (depth === 0) return fc.oneof(...ofOneValue);
  const group = fc
    .tuple(number, fc.array(unknownField(depth - 1), { maxLength: 3 }))
    .map(([no, inner]) => Buffer.concat([tag(no, 3), ...inner, tag(no, 4)]));
  return fc.oneof(...ofOneValue, group);
}

function tag(fieldNumber: number, wireType: number): Buffer {
  return varint(BigInt(fieldNumber * 8 + wireType));
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
