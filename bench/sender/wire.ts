import { hrtime } from "node:process";

/** The numbers of the wire's enum. */
export const PAUSE = 1;
export const RESUME = 2;
export const TERMINATE = 3;

export interface WireSignal {
  readonly opId: string;
  readonly signal: number;
  readonly sequence: bigint;
}

/** As long as ids are on the wire, a trace and a span in hex. */
export function opIdOf(index: number): string {
  const hex = index.toString(16);
  return `${hex.padStart(32, "4bf92f3577b34da6a3ce929d0e0e4736")}:${hex.padStart(16, "00f067aa0ba902b7")}`;
}

/** Protobuf by hand: fields 1 (op_id), 2 (signal) and 3 (sequence). */
export function encode({ opId, signal, sequence }: WireSignal): Buffer {
  const id = Buffer.from(opId);
  const head = id.length === 0 ? [] : [0x0a, ...varint(BigInt(id.length))];
  return Buffer.concat([Buffer.from(head), id, Buffer.from([0x10, signal, 0x18, ...varint(sequence)])]);
}

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (; value > 0x7fn; value >>= 7n) bytes.push(Number(value & 0x7fn) | 0x80);
  return [...bytes, Number(value)];
}

/** The least that a reader has to do for such a message, with no thought of what else may come. */
export function decodeMinimal(bytes: Buffer): WireSignal {
  let opId = "";
  let signal = 0;
  let sequence = 0n;
  let at = 0;
  const read = (): number => {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
  };
  while (at < bytes.length) {
    const tag = read();
    const value = read();
    if (tag === 0x0a) opId = bytes.toString("utf8", at, (at += value));
    else if (tag === 0x10) signal = value;
    else sequence = BigInt(value);
  }
  return { opId, signal, sequence };
}

/** A clock that the processes of one machine share, in nanoseconds. */
export function sharedNow(): bigint {
  return hrtime.bigint();
}
