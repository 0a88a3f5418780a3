const SIZE = 8;

/** A pattern of slanted lines, one device pixel wide or more; the other way round for what is not known. */
export function hatching(colour: string, lineWidth: number, slant: 1 | -1): CanvasPattern | null {
  const tile = document.createElement("canvas");
  tile.width = tile.height = SIZE;
  const context = tile.getContext("2d");
  if (!context) return null;
  context.strokeStyle = colour;
  context.lineWidth = lineWidth;
  context.beginPath();
  for (const offset of [-SIZE, 0, SIZE]) {
    context.moveTo(offset, slant > 0 ? SIZE : 0);
    context.lineTo(offset + SIZE, slant > 0 ? 0 : SIZE);
  }
  context.stroke();
  return context.createPattern(tile, "repeat");
}

/** Moves the pattern along with what it fills, by so many pixels. */
export function shifted(pattern: CanvasPattern, byX: number): CanvasPattern {
  pattern.setTransform(new DOMMatrix().translateSelf(byX % SIZE, 0));
  return pattern;
}
