import type { Marble, Outage, Segment } from "../../BoardEvent.js";
import { hatching, shifted } from "./hatching.js";
import type { Palette } from "./Palette.js";
import { ticksOf, type TimeScale } from "./TimeScale.js";

/** What a track shows. */
export interface Track {
  readonly segments: readonly Segment[];
  readonly marbles: readonly Marble[];
  readonly outages: readonly Outage[];
  /** Whose word needs no label: the lane's own. */
  readonly ownScope: Segment["scope"];
}

/** With what it is drawn; made anew with the colours. */
export interface Brushes {
  readonly palette: Palette;
  readonly paused: CanvasPattern | null;
  readonly outage: CanvasPattern | null;
}

const RADIUS = 9;
const BAND = 16;
const END = 36;
const FONT = "600 11px ui-sans-serif, system-ui, sans-serif";
const MARBLE_FONT = "700 12px ui-monospace, 'DejaVu Sans Mono', monospace";

const scopeLabels: Readonly<Record<Segment["scope"], string>> = {
  op: "",
  agent: "agent",
  fleet: "fleet",
  channel: "channel not live",
  registry: "as listed",
};

export function brushesOf(palette: Palette): Brushes {
  return {
    palette,
    paused: hatching(palette["paused-hatch"], 1.6, 1),
    outage: hatching(palette.outage, 1, -1),
  };
}

/** Draws a lane as a marble diagram. */
export function drawLane(
  context: CanvasRenderingContext2D,
  height: number,
  scale: TimeScale,
  track: Track,
  brushes: Brushes,
): void {
  context.clearRect(0, 0, scale.width, height);
  drawOutages(context, height, scale, track.outages, brushes);
  drawTicks(context, height, scale, brushes.palette);
  drawSegments(context, height / 2, scale, track, brushes);
  drawMarbles(context, height / 2, scale, track.marbles, brushes.palette);
}

function drawOutages(
  context: CanvasRenderingContext2D,
  height: number,
  scale: TimeScale,
  outages: readonly Outage[],
  { outage, palette }: Brushes,
): void {
  for (const { since, until = scale.now } of outages) {
    if (until < scale.from) continue;
    const from = Math.max(scale.x(since), 0);
    const to = until >= scale.now ? scale.width : scale.x(until);
    context.fillStyle = outage ? shifted(outage, scale.x(since)) : palette.outage;
    context.fillRect(from, 0, Math.max(to - from, 1), height);
  }
}

function drawTicks(context: CanvasRenderingContext2D, height: number, scale: TimeScale, { tick }: Palette): void {
  const { tickMs } = ticksOf(scale.windowMs);
  context.fillStyle = tick;
  for (let ago = 0; ago < scale.windowMs; ago += tickMs) {
    context.fillRect(Math.round(scale.x(scale.now - ago)), 0, 1, height);
  }
}

function drawSegments(
  context: CanvasRenderingContext2D,
  middle: number,
  scale: TimeScale,
  { segments, ownScope }: Track,
  brushes: Brushes,
): void {
  for (const [index, segment] of segments.entries()) {
    const until = segments[index + 1]?.since ?? scale.now;
    if (until < scale.from) continue;
    const from = Math.max(scale.x(segment.since), 0);
    const to = index === segments.length - 1 ? scale.right : scale.x(until);
    if (segment.state === "running") drawRunning(context, middle, from, to, brushes);
    if (segment.state === "paused") drawPaused(context, middle, scale.x(segment.since), from, to, brushes);
    if (segment.state === "terminated") drawEnd(context, middle, scale.x(segment.since), brushes);
    const label = segment.scope === ownScope ? "" : scopeLabels[segment.scope];
    if (label !== "" && segment.state !== "running") drawLabel(context, middle, label, from, to, segment, brushes);
  }
}

function drawRunning(
  context: CanvasRenderingContext2D,
  middle: number,
  from: number,
  to: number,
  { palette }: Brushes,
): void {
  context.fillStyle = palette.running;
  context.fillRect(from, middle - 1, to - from, 2);
}

function drawPaused(
  context: CanvasRenderingContext2D,
  middle: number,
  start: number,
  from: number,
  to: number,
  { palette, paused }: Brushes,
): void {
  const top = middle - BAND / 2;
  context.fillStyle = palette["paused-band"];
  context.fillRect(from, top, to - from, BAND);
  if (paused) {
    context.fillStyle = shifted(paused, start);
    context.fillRect(from, top, to - from, BAND);
  }
  context.fillStyle = palette.paused;
  context.fillRect(from, top, to - from, 1.5);
  context.fillRect(from, top + BAND - 1.5, to - from, 1.5);
}

/** The mark of completion in a marble diagram; after it there is nothing. */
function drawEnd(context: CanvasRenderingContext2D, middle: number, x: number, { palette }: Brushes): void {
  context.fillStyle = palette.terminated;
  context.fillRect(Math.round(x) - 1.5, middle - END / 2, 3, END);
}

function drawLabel(
  context: CanvasRenderingContext2D,
  middle: number,
  label: string,
  from: number,
  to: number,
  { state }: Segment,
  { palette }: Brushes,
): void {
  context.font = FONT;
  context.textAlign = "left";
  context.textBaseline = "middle";
  const width = context.measureText(label).width;
  if (state === "terminated") {
    context.fillStyle = palette.terminated;
    context.fillText(label, from + 14, middle + 0.5);
    return;
  }
  const left = from + 12;
  if (to - left < width + 12) return;
  context.fillStyle = palette["paused-band"];
  context.fillRect(left, middle - BAND / 2 + 1.5, width + 10, BAND - 3);
  context.fillStyle = palette["paused-ink"];
  context.fillText(label, left + 5, middle + 0.5);
}

const letters = { PAUSE: "p", RESUME: "r", TERMINATE: "t" } as const;
const colours = { PAUSE: "paused", RESUME: "running", TERMINATE: "terminated" } as const;

function drawMarbles(
  context: CanvasRenderingContext2D,
  middle: number,
  scale: TimeScale,
  marbles: readonly Marble[],
  palette: Palette,
): void {
  context.font = MARBLE_FONT;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  for (const { at, signal } of marbles) {
    const x = scale.x(at);
    if (x < -RADIUS) continue;
    context.beginPath();
    context.arc(x, middle, RADIUS, 0, 2 * Math.PI);
    context.fillStyle = palette[colours[signal]];
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = palette.surface;
    context.stroke();
    context.fillStyle = palette["marble-ink"];
    context.fillText(letters[signal], x, middle + 4);
  }
}
