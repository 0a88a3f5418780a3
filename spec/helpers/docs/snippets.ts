import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../..");

/** A block of TypeScript in a page. */
export interface Snippet {
  /** The page, as a path from the root of the repository, and the line that the code begins in. */
  readonly at: string;
  readonly page: string;
  readonly code: string;
  /** What else is said after the fence's `ts`, such as `no-run`. */
  readonly attributes: readonly string[];
  /** What the page says that it prints: the `text` block that follows it, if one does. */
  readonly output: string | undefined;
}

const FENCE = /^( *(?:\* )?)```ts([^\n]*)\n([^]*?)^\1```\n(?:\n```text\n([^]*?)^```$)?/gm;

/** What is written by scripts, and held by them. */
const GENERATED = /^docs\/(reference|api)\//;

/** The pages that users read. */
export function pages(): readonly string[] {
  const inDocs = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" }).map((path) => `docs/${path}`);
  return ["README.md", ...inDocs.filter((path) => path.endsWith(".md") && !GENERATED.test(path)).sort()];
}

/** The sources that may have an example in a docstring. */
export function sources(): readonly string[] {
  const inLib = readdirSync(join(ROOT, "lib"), { recursive: true, encoding: "utf8" }).map((path) => `lib/${path}`);
  return inLib.filter((path) => path.endsWith(".ts")).sort();
}

export function readPage(page: string): string {
  return readFileSync(join(ROOT, page), "utf8");
}

/** The blocks of TypeScript in a page, or in the docstrings of a source. */
export function snippetsOf(page: string): readonly Snippet[] {
  const text = readPage(page);
  return [...text.matchAll(FENCE)].map(({ index, 1: margin = "", 2: info = "", 3: code = "", 4: output }) => ({
    at: `${page}:${text.slice(0, index).split("\n").length + 1}`,
    page,
    // In a docstring an empty line is a star, and the margin before it has no blank at its end.
    code: code.replaceAll(new RegExp(`^(?:${escaped(margin)}|${escaped(margin.trimEnd())}$)`, "gm"), ""),
    attributes: info.trim().split(/\s+/).filter(Boolean),
    output,
  }));
}

function escaped(text: string): string {
  return text.replaceAll("*", "\\*");
}
