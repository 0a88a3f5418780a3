import type { Socket } from "node:net";
import { breakOff } from "./breakOff.js";
import { DelayLine, type ProxyPace } from "./DelayLine.js";
import type { FrameTracker } from "./FrameTracker.js";

/** So many bytes may be on their way before the sender has to wait. */
const WINDOW_BYTES = 65_536;

/**
 * One direction of a proxied connection.
 *
 * @internal
 */
export class ProxyPipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #frames: FrameTracker;
  readonly #onSwallowed: (bytes: number) => void;
  readonly #injections: Uint8Array[] = [];
  readonly #line = new DelayLine((bytes) => {
    this.#deliver(bytes);
    this.#regulate();
  });
  #pace: ProxyPace | undefined;
  #swallows = false;
  #lossy = false;

  constructor(from: Socket, to: Socket, frames: FrameTracker, onSwallowed: (bytes: number) => void) {
    this.#from = from;
    this.#to = to;
    this.#frames = frames;
    this.#onSwallowed = onSwallowed;
    from.on("data", (bytes: Buffer) => {
      this.#take(bytes);
    });
    from.on("end", () => {
      this.#take(undefined);
    });
    from.on("error", () => {
      if (this.#swallows) this.#lossy = true;
      else breakOff(to);
    });
    to.on("drain", () => {
      this.#regulate();
    });
    to.on("close", () => {
      this.#line.clear();
      this.#regulate();
    });
  }

  /** Whether something was lost, so that what comes after it makes no sense. */
  get lossy(): boolean {
    return this.#lossy;
  }

  set swallows(swallows: boolean) {
    this.#swallows = swallows;
    if (swallows && this.#line.busy) {
      this.#lossy = true;
      this.#onSwallowed(this.#line.bytes);
      this.#line.clear();
    }
    this.#regulate();
  }

  set pace(pace: ProxyPace | undefined) {
    this.#pace = pace;
    if (!pace) this.#line.flush();
  }

  /** Puts a frame in as soon as the one that is being passed on is complete. */
  inject(bytes: Uint8Array): void {
    if (this.#swallows || !this.#to.writable) return;
    if (this.#frames.atBoundary) this.#to.write(bytes);
    else this.#injections.push(bytes);
  }

  #take(bytes: Buffer | undefined): void {
    if (this.#swallows) {
      this.#lossy = true;
      this.#onSwallowed(bytes?.length ?? 0);
    } else if (this.#pace || this.#line.busy) {
      this.#line.post(bytes, this.#pace ?? {});
    } else {
      this.#deliver(bytes);
    }
    this.#regulate();
  }

  #deliver(bytes: Buffer | undefined): void {
    if (!this.#to.writable) return;
    if (!bytes) {
      this.#to.end();
      return;
    }
    const boundary = this.#frames.read(bytes);
    if (boundary === undefined || this.#injections.length === 0) {
      this.#to.write(bytes);
      return;
    }
    this.#to.write(bytes.subarray(0, boundary));
    for (const injection of this.#injections.splice(0)) this.#to.write(injection);
    this.#to.write(bytes.subarray(boundary));
  }

  #regulate(): void {
    const full = this.#to.writableNeedDrain || this.#line.bytes > WINDOW_BYTES;
    if (full && this.#to.writable && !this.#swallows) this.#from.pause();
    else this.#from.resume();
  }
}
