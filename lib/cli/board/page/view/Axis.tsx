import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { drawAxis } from "../drawing/drawAxis.js";
import { clock, second } from "../state/board.js";
import { painter } from "../state/painter.js";
import { timeOfDay } from "../state/words.js";

const HEIGHT = 30;

/** The columns' heads; the track's is the axis of time. */
export function Axis(): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (!canvas.current) return undefined;
    return painter.add({
      canvas: canvas.current,
      height: HEIGHT,
      version: () => "",
      draw: (context, height, scale, { palette }) => {
        drawAxis(context, height, scale, palette);
      },
    });
  }, []);
  return (
    <div class="axis" role="row" aria-rowindex={1}>
      <div role="columnheader" class="axis-label">
        Op
      </div>
      <div role="columnheader" class="axis-track">
        <span class="hidden">Signals over time</span>
        <canvas ref={canvas} aria-hidden="true" />
      </div>
      <div role="columnheader" class="axis-clock">
        <span class="hidden">Actions</span>
        <time aria-hidden="true">{second.value > 0 ? timeOfDay(clock.now) : ""}</time>
      </div>
    </div>
  );
}
