import type { OutgoingHttpHeaders } from "node:http2";
import { FRAME, FRAME_HEADER_BYTES } from "../../../lib/testing/http2Frames.js";

const END_STREAM = 0x1;
const END_HEADERS = 0x4;

/** An attempt has a connection of its own, and so its stream is the first on it. */
const STREAM_ID = 1;

/** A frame that brings bytes on an agent's stream. */
export function data(bytes: Uint8Array, { isEnd = false } = {}): Buffer {
  return frame(FRAME.DATA, isEnd ? END_STREAM : 0, bytes);
}

/** A frame that brings header fields on an agent's stream; at its end they are trailers. */
export function headers(fields: OutgoingHttpHeaders, { isEnd = true } = {}): Buffer {
  // Literals that neither side remembers: what the gateway says later is not to be read by another table.
  const literals = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0]),
    literal(name),
    literal(String(value)),
  ]);
  return frame(FRAME.HEADERS, END_HEADERS | (isEnd ? END_STREAM : 0), Buffer.concat(literals));
}

function literal(text: string): Buffer {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length > 126) throw new Error("too long for a length of one byte");
  return Buffer.concat([Buffer.from([bytes.length]), bytes]);
}

function frame(type: number, flags: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUIntBE(payload.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(STREAM_ID, 5);
  return Buffer.concat([header, payload]);
}
