import { FRAME, FRAME_HEADER_BYTES, type FrameHeader } from "./http2Frames.js";

const END_HEADERS = 0x4;

/**
 * Follows one direction of a plaintext HTTP/2 connection and knows where another frame may be put in.
 *
 * @internal
 */
export class FrameTracker {
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  readonly #onFrame: (header: FrameHeader) => void;
  #headerBytes = 0;
  #bytesToSkip: number;
  #inHeaderBlock = false;

  /** @param prefaceBytes What comes before the first frame: 24 bytes from a client, none from a server. */
  constructor(prefaceBytes: number, onFrame: (header: FrameHeader) => void) {
    this.#bytesToSkip = prefaceBytes;
    this.#onFrame = onFrame;
  }

  /** Whether another frame may come now. */
  get atBoundary(): boolean {
    // Nothing may come between the parts of a header block, RFC 9113, section 4.3.
    return this.#headerBytes === 0 && this.#bytesToSkip === 0 && !this.#inHeaderBlock;
  }

  /** Takes the next bytes in; returns the first place after one of them where another frame may be put. */
  read(bytes: Buffer): number | undefined {
    let boundary: number | undefined;
    for (let at = 0; at < bytes.length;) {
      at += this.#bytesToSkip > 0 ? this.#skip(bytes.length - at) : this.#readHeader(bytes, at);
      if (this.atBoundary) boundary ??= at;
    }
    return boundary;
  }

  #skip(available: number): number {
    const skipped = Math.min(available, this.#bytesToSkip);
    this.#bytesToSkip -= skipped;
    return skipped;
  }

  #readHeader(bytes: Buffer, at: number): number {
    const copied = bytes.copy(this.#header, this.#headerBytes, at);
    this.#headerBytes += copied;
    if (this.#headerBytes < FRAME_HEADER_BYTES) return copied;
    this.#headerBytes = 0;
    this.#bytesToSkip = this.#header.readUIntBE(0, 3);
    const [type, flags] = [this.#header.readUInt8(3), this.#header.readUInt8(4)];
    if (type === FRAME.HEADERS || type === FRAME.CONTINUATION) this.#inHeaderBlock = !(flags & END_HEADERS);
    this.#onFrame({ type, flags, streamId: this.#header.readUInt32BE(5) & 0x7fff_ffff });
    return copied;
  }
}
