import type { OpControlMessage } from "../../codegen/gen/policy.js";

/**
 * What a signal is made of, whatever else a later gateway's message has.
 *
 * @internal
 */
export type DecodedSignal = Pick<OpControlMessage, "opId" | "signal" | "sequence">;

const OP_ID = 0x0a;
const SIGNAL = 0x10;
const SEQUENCE = 0x18;

/** The bit of a byte that says that the number goes on in the next one. */
const MORE = 0x80;

/** Beyond so many bytes of 7 bits a number is no longer exact. */
const MAX_EXACT_BYTES = 7;

/**
 * A message as the gateway writes it, which is each field at most once and in order, with an id in ASCII; or undefined
 * where it is not quite that and takes a proper decoder.
 *
 * Of what this library adds to a message's way through grpc-js, the proper decoder was a third: 0.4 us. This is 0.15.
 *
 * @internal
 */
export function decodeUsual(bytes: Uint8Array): DecodedSignal | undefined {
  const length = bytes[1] ?? MORE;
  if (bytes[0] !== OP_ID || length >= MORE) return undefined;
  const idEnd = 2 + length;
  if (idEnd > bytes.length || !isAscii(bytes, 2, idEnd)) return undefined;

  let at = idEnd;
  let signal = 0;
  if (bytes[at] === SIGNAL) {
    signal = bytes[at + 1] ?? MORE;
    if (signal >= MORE) return undefined;
    at += 2;
  }
  let sequence = 0;
  if (bytes[at] === SEQUENCE) {
    const end = ++at + MAX_EXACT_BYTES;
    for (let scale = 1, byte = MORE; byte >= MORE; scale *= 0x80) {
      if (at === end || at === bytes.length) return undefined;
      byte = bytes[at++] ?? MORE;
      sequence += (byte & 0x7f) * scale;
    }
  }
  if (at !== bytes.length) return undefined;
  const buffer = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- protobuf has no closed enums: any number comes
  return { opId: buffer.toString("latin1", 2, idEnd), signal, sequence: BigInt(sequence) };
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let index = start; index < end; index++) {
    if ((bytes[index] ?? MORE) >= MORE) return false;
  }
  return true;
}
