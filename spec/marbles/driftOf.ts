import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Diagram } from "./Diagram.js";
import { drawDiagram } from "./drawDiagram.js";

/** Where the pictures are. */
export const PICTURES = resolve(import.meta.dirname, "../../docs/marbles");

/** What is there and would not be drawn, or the other way round. */
export function driftOf(diagrams: readonly Diagram[]): readonly string[] {
  const wanted = new Map(diagrams.map((diagram) => [`${diagram.name}.svg`, drawDiagram(diagram)]));
  const found = existsSync(PICTURES) ? readdirSync(PICTURES) : [];
  return [
    ...found.filter((name) => !wanted.has(name)).map((name) => `docs/marbles/${name} is drawn from nothing`),
    ...[...wanted].flatMap(([name, svg]) => {
      if (!found.includes(name)) return [`docs/marbles/${name} is missing`];
      return readFileSync(join(PICTURES, name), "utf8") === svg ? [] : [`docs/marbles/${name} is out of date`];
    }),
  ];
}
