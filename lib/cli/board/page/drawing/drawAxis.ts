import type { Palette } from "./Palette.js";
import { ticksOf, type TimeScale } from "./TimeScale.js";

const FONT = "11px ui-sans-serif, system-ui, sans-serif";

/** Draws how long ago what is below was. */
export function drawAxis(context: CanvasRenderingContext2D, height: number, scale: TimeScale, palette: Palette): void {
  const { tickMs, labelMs } = ticksOf(scale.windowMs);
  context.clearRect(0, 0, scale.width, height);
  context.font = FONT;
  context.textBaseline = "alphabetic";
  for (let ago = 0; ago < scale.windowMs; ago += tickMs) {
    const x = Math.round(scale.x(scale.now - ago));
    const isLabelled = ago % labelMs === 0;
    context.fillStyle = palette.tick;
    context.fillRect(x, height - (isLabelled ? 8 : 5), 1, isLabelled ? 8 : 5);
    if (!isLabelled || x < 24) continue;
    context.fillStyle = palette["ink-soft"];
    context.textAlign = ago === 0 ? "right" : "center";
    context.fillText(ago === 0 ? "now" : labelOf(ago), ago === 0 ? x + 12 : x, height - 13);
  }
}

function labelOf(agoMs: number): string {
  return agoMs < 60_000 || agoMs % 60_000 !== 0 ? `−${agoMs / 1000} s` : `−${agoMs / 60_000} min`;
}
