/** How slow a connection is, in each direction. */
export interface ProxyPace {
  /** How much later everything arrives, in milliseconds. */
  readonly delayMs?: number;
  /** How much arrives in a second at most; by default there is no limit. */
  readonly bytesPerSecond?: number;
}

/** Bytes on their way, or the end of them where there are none. */
interface Parcel {
  readonly bytes: Buffer | undefined;
  readonly dueMs: number;
}

/** A rate is kept in slices: all of a chunk at the end of its time would be a burst. */
const SLICES_PER_SECOND = 50;

/**
 * Delivers bytes in their order, at the pace that was kept when they were posted.
 *
 * @internal
 */
export class DelayLine {
  readonly #deliver: (bytes: Buffer | undefined) => void;
  readonly #parcels: Parcel[] = [];
  #bytes = 0;
  #busyUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deliver: (bytes: Buffer | undefined) => void) {
    this.#deliver = deliver;
  }

  /** Whether something is on its way, be it only the end. */
  get busy(): boolean {
    return this.#parcels.length > 0;
  }

  /** How many bytes are on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  post(bytes: Buffer | undefined, { delayMs = 0, bytesPerSecond = Infinity }: ProxyPace): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, performance.now() + delayMs);
    for (const slice of bytes ? slicesOf(bytes, bytesPerSecond / SLICES_PER_SECOND) : [undefined]) {
      const length = slice?.length ?? 0;
      this.#bytes += length;
      this.#busyUntilMs += (1_000 * length) / bytesPerSecond;
      this.#parcels.push({ bytes: slice, dueMs: this.#busyUntilMs });
    }
    this.#wait();
  }

  /** Delivers everything at once. */
  flush(): void {
    this.#deliverUntil(Infinity);
  }

  /** Forgets everything. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#parcels.length = 0;
    this.#bytes = 0;
    this.#busyUntilMs = 0;
  }

  #wait(): void {
    const [next] = this.#parcels;
    if (!next) return;
    this.#timer ??= setTimeout(() => {
      this.#deliverUntil(performance.now());
    }, next.dueMs - performance.now());
  }

  #deliverUntil(nowMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const early = this.#parcels.findIndex(({ dueMs }) => dueMs > nowMs);
    const due = this.#parcels.splice(0, early < 0 ? Infinity : early);
    for (const { bytes } of due) this.#bytes -= bytes?.length ?? 0;
    if (!this.busy) this.#busyUntilMs = 0;
    for (const { bytes } of due) this.#deliver(bytes);
    this.#wait();
  }
}

function slicesOf(bytes: Buffer, size: number): readonly Buffer[] {
  const whole = Math.max(1, Math.floor(size));
  const slices: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += whole) slices.push(bytes.subarray(at, at + whole));
  return slices;
}
