/** The bytes that every HTTP/2 frame begins with. */
export const FRAME_HEADER_BYTES = 9;

/** The types of HTTP/2 frames that are told apart here. */
export const FRAME = { DATA: 0, HEADERS: 1, RST_STREAM: 3, GOAWAY: 7, CONTINUATION: 9 } as const;

/** What an HTTP/2 frame says of itself before its payload. */
export interface FrameHeader {
  readonly type: number;
  readonly flags: number;
  readonly streamId: number;
}

const LAST_STREAM_ID = 2 ** 31 - 1;

/**
 * A frame that says that no new streams are taken, and that every open one goes on.
 *
 * @internal
 */
export function goAwayFrame(code: number): Buffer {
  return frameOf({ type: FRAME.GOAWAY, flags: 0, streamId: 0 }, LAST_STREAM_ID, code);
}

/**
 * A frame that ends a stream at once.
 *
 * @internal
 */
export function resetFrame(streamId: number, code: number): Buffer {
  return frameOf({ type: FRAME.RST_STREAM, flags: 0, streamId }, code);
}

function frameOf({ type, flags, streamId }: FrameHeader, ...payload: readonly number[]): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + 4 * payload.length);
  frame.writeUIntBE(4 * payload.length, 0, 3);
  frame.writeUInt8(type, 3);
  frame.writeUInt8(flags, 4);
  frame.writeUInt32BE(streamId, 5);
  for (const [index, number] of payload.entries()) frame.writeUInt32BE(number, FRAME_HEADER_BYTES + 4 * index);
  return frame;
}
