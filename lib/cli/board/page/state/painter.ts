import { effect, signal } from "@preact/signals";
import { Painter } from "../drawing/Painter.js";
import { clock } from "./board.js";

/** The windows of time that can be looked at. */
export const windows = [
  { ms: 15_000, label: "15 s" },
  { ms: 60_000, label: "60 s" },
  { ms: 300_000, label: "5 min" },
] as const;

export const windowMs = signal<number>(60_000);

export const painter = new Painter(() => clock.now);

effect(() => {
  painter.windowMs = windowMs.value;
});
