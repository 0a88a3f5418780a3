/**
 * Draws docs/marbles, a picture of every operator, from the diagrams that the specs assert.
 *
 *     tsx spec/marbles/main.ts           writes them
 *     tsx spec/marbles/main.ts --check   fails where they are not what would be drawn; writes nothing
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { diagrams } from "./diagrams.js";
import { drawDiagram } from "./drawDiagram.js";
import { driftOf, PICTURES } from "./driftOf.js";

const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;
if (check) {
  const drift = driftOf(diagrams);
  for (const line of drift) console.error(`${line}; npm run docs:marbles draws them`);
  if (drift.length > 0) process.exitCode = 1;
} else {
  mkdirSync(PICTURES, { recursive: true });
  for (const name of readdirSync(PICTURES)) rmSync(join(PICTURES, name));
  for (const diagram of diagrams) writeFileSync(join(PICTURES, `${diagram.name}.svg`), drawDiagram(diagram));
}
