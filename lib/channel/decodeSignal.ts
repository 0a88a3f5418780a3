import { BinaryReader } from "@bufbuild/protobuf/wire";
import { OpControlMessage } from "../../codegen/gen/policy.js";
import { type DecodedSignal, decodeUsual } from "./decodeUsual.js";

/** Groups within groups; the generated decoder, like protobuf's own, goes no deeper. */
const MAX_GROUP_DEPTH = 100;

/**
 * Fatal, since two broken ids would both be read as one of replacement characters; and what looks like a byte order
 * mark is part of an id, which is opaque.
 */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * A message of the gateway, or an error where the bytes are not protobuf: a connection that brings such bytes cannot be
 * trusted with the next ones either.
 *
 * What is protobuf and yet no signal (an empty id, an enum of tomorrow, a field of another type) is a message like any
 * other; whether it is a signal is for the core to find. What a later gateway may add, no TERMINATE is refused for.
 *
 * The generated decoder alone will not do. It takes what came before a tag of 0 or a stray end of a group for all
 * there is, and cuts tags and lengths beyond 32 bits to size: bytes out of step would name another op, or signal it
 * otherwise. So they are walked first, at a tenth of the cost.
 *
 * An enum beyond 32 bits is still cut to size, 2^32 + 3 to TERMINATE: protobuf defines it so, and any other reading
 * would be ours alone.
 *
 * @internal
 */
export function decodeSignal(bytes: Uint8Array): DecodedSignal {
  return decodeUsual(bytes) ?? decodeAny(bytes);
}

function decodeAny(bytes: Uint8Array): DecodedSignal {
  new WireWalk(bytes).toTheEnd();
  return OpControlMessage.decode(new BinaryReader(bytes, decodeUtf8));
}

function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}

/** Goes through a message field by field, whatever the fields are, and throws where there is none. */
class WireWalk {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  toTheEnd(): void {
    while (this.#at < this.#bytes.length) this.#value(this.#tag(), 0);
  }

  #tag(): number {
    const start = this.#at;
    const tag = this.#varint();
    // Of five bytes at the most, as protobuf's conformance tests want it, though a longer one may have the value.
    if (tag < 8 || tag > 0xffff_ffff || this.#at - start > 5) throw notProtobuf("an illegal tag");
    return tag;
  }

  #value(tag: number, depth: number): void {
    switch (tag & 7) {
      case 0:
        this.#varint();
        break;
      case 1:
        this.#skip(8);
        break;
      case 2:
        this.#skip(this.#varint());
        break;
      case 3:
        this.#group(tag + 1, depth + 1);
        break;
      case 5:
        this.#skip(4);
        break;
      default:
        throw notProtobuf(`a wire type of ${tag & 7} where a field should begin`);
    }
  }

  #group(endTag: number, depth: number): void {
    if (depth > MAX_GROUP_DEPTH) throw new Error(`groups nested more than ${MAX_GROUP_DEPTH} deep`);
    for (let tag = this.#tag(); tag !== endTag; tag = this.#tag()) this.#value(tag, depth);
  }

  /** Beyond 2^53 not exact, which is more than any tag or length can be. */
  #varint(): number {
    const first = this.#bytes[this.#at++];
    if (first === undefined) throw notProtobuf("it ends within a field");
    if (first < 0x80) return first;
    let value = first & 0x7f;
    let scale = 0x80;
    for (let length = 2; ; length++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw notProtobuf("it ends within a field");
      // Of 64 bits the tenth byte holds the last one, and none goes on after it.
      if (length === 10 && byte > 1) throw notProtobuf("a varint of more than 64 bits");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  }

  #skip(length: number): void {
    this.#at += length;
    if (this.#at > this.#bytes.length) throw notProtobuf("it ends within a field");
  }
}

function notProtobuf(what: string): Error {
  return new Error(`not protobuf: ${what}`);
}
