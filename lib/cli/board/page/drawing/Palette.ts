const names = [
  "running",
  "paused",
  "paused-band",
  "paused-hatch",
  "paused-ink",
  "terminated",
  "marble-ink",
  "surface",
  "outage",
  "tick",
  "ink-soft",
] as const;

/** The colours of the style sheet, for what is drawn on a canvas. */
export type Palette = Readonly<Record<(typeof names)[number], string>>;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
}
