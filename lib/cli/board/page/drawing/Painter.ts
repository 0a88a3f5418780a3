import { type Brushes, brushesOf } from "./drawLane.js";
import { readPalette } from "./Palette.js";
import { TimeScale } from "./TimeScale.js";

/** One canvas, and how it is drawn. */
export interface Picture {
  readonly canvas: HTMLCanvasElement;
  /** In CSS pixels. */
  readonly height: number;
  /** Changes with what is on it, time aside. */
  version(): string;
  draw(context: CanvasRenderingContext2D, height: number, scale: TimeScale, brushes: Brushes): void;
}

/** When motion is not wanted. */
const STILL_MS = 1_000;

/** Of what was painted last on a canvas. */
interface Painted {
  readonly version: string;
  readonly sheet: string;
}

/**
 * Paints what is in sight, and no oftener than it looks different: time moves on by whole pixels (a minute on a
 * thousand of them by sixteen a second), in steps of a second where motion is not wanted, and not at all in the
 * background.
 */
export class Painter {
  readonly #now: () => number;
  readonly #pictures = new Map<Picture, Painted | undefined>();
  readonly #stillness = matchMedia("(prefers-reduced-motion: reduce)");
  #brushes: Brushes | undefined;
  #brushesVersion = 0;
  #width = 0;
  #windowMs = 60_000;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Paints whenever the browser does. */
  start(): void {
    const recolour = (): void => {
      this.#brushes = undefined;
      this.#brushesVersion++;
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolour);
    const frame = (): void => {
      if (!document.hidden) this.paint();
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  set windowMs(windowMs: number) {
    this.#windowMs = windowMs;
  }

  /** In CSS pixels; all tracks are of one width. */
  set width(width: number) {
    this.#width = width;
  }

  /** Paints a canvas until the function that is returned is called. */
  add(picture: Picture): () => void {
    this.#pictures.set(picture, undefined);
    return () => {
      this.#pictures.delete(picture);
    };
  }

  paint(): void {
    if (this.#width === 0) return;
    const ratio = devicePixelRatio;
    const pixelMs = TimeScale.msPerPixel(this.#width, this.#windowMs) / ratio;
    const stepMs = this.#stillness.matches ? Math.max(pixelMs, STILL_MS) : pixelMs;
    const step = Math.floor(this.#now() / stepMs);
    const scale = new TimeScale(this.#width, step * stepMs, this.#windowMs);
    const sheet = [step, this.#width, this.#windowMs, ratio, this.#brushesVersion].join();
    this.#brushes ??= brushesOf(readPalette());
    for (const [picture, painted] of this.#pictures) {
      const version = picture.version();
      if (painted?.version === version && painted.sheet === sheet) continue;
      this.#pictures.set(picture, { version, sheet });
      this.#paintOne(picture, scale, ratio, this.#brushes);
    }
  }

  #paintOne(picture: Picture, scale: TimeScale, ratio: number, brushes: Brushes): void {
    const { canvas, height } = picture;
    const context = canvas.getContext("2d");
    if (!context) return;
    const width = Math.round(scale.width * ratio);
    const pixelHeight = Math.round(height * ratio);
    if (canvas.width !== width || canvas.height !== pixelHeight) {
      canvas.width = width;
      canvas.height = pixelHeight;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    picture.draw(context, height, scale, brushes);
  }
}
