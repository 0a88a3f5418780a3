/** What stays free on the right, so that a marble that has just come is seen whole. */
const MARGIN = 14;

/** Where on a track a moment is: the newest at the right, and everything flows left. */
export class TimeScale {
  readonly right: number;

  constructor(
    readonly width: number,
    readonly now: number,
    readonly windowMs: number,
  ) {
    this.right = width - MARGIN;
  }

  x(time: number): number {
    return this.right - ((this.now - time) / this.windowMs) * this.right;
  }

  /** The oldest moment that is on the track. */
  get from(): number {
    return this.now - this.windowMs;
  }

  /** So long is one pixel. */
  static msPerPixel(width: number, windowMs: number): number {
    return windowMs / Math.max(width - MARGIN, 1);
  }
}

/** The ticks of a window, and which of them have a label. */
export function ticksOf(windowMs: number): { readonly tickMs: number; readonly labelMs: number } {
  if (windowMs <= 15_000) return { tickMs: 1_000, labelMs: 5_000 };
  return windowMs <= 60_000 ? { tickMs: 5_000, labelMs: 10_000 } : { tickMs: 30_000, labelMs: 60_000 };
}
