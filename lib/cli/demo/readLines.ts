import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describeError } from "../../printable.js";

/** The lines of a text file that have something on them; of this package's README.md where no file is named. */
export async function readLines(file: string | undefined): Promise<readonly string[]> {
  const path = file ?? packagedReadme();
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new TypeError(`--input cannot be read: ${describeError(error)}`);
  });
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  if (lines.length === 0) throw new TypeError(`--input has no line with anything on it: ${path}`);
  return lines;
}

function packagedReadme(): string {
  const manifest = createRequire(import.meta.url).resolve("rx-op-control/package.json");
  return join(dirname(manifest), "README.md");
}
