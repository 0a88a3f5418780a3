import { expect } from "chai";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { oneLine, patternOf } from "../helpers/docs/quotes.js";
import { readPage } from "../helpers/docs/snippets.js";

const ROOT = resolve(import.meta.dirname, "../..");

/** A clause of the contract is an item in bold, and what holds it are the items below. */
const CLAUSE = /^- \*\*([^]*?)\*\*[^]*?(?=^- |^#|^\n(?! ))/gm;
const HELD_BY = /\[[^\]]+\]\(\.\.\/(spec\/[^)]+)\) "([^"]+)"/g;

describe("docs/semantics.md", () => {
  const clauses = [...readPage("docs/semantics.md").matchAll(CLAUSE)].map(([text, clause = ""]) => ({
    clause: oneLine(clause),
    heldBy: [...oneLine(text).matchAll(HELD_BY)].map(([, file = "", title = ""]) => ({ file, title })),
  }));

  it("has clauses", () => {
    expect(clauses).to.have.length.above(40);
  });

  for (const { clause, heldBy } of clauses) {
    it(`says who holds: ${clause}`, () => {
      expect(heldBy).to.not.be.empty;
      expect(heldBy.filter(({ file, title }) => !hasTitle(file, title))).to.deep.equal([]);
    });
  }
});

/** Whether the file has a spec of that title, which is a string or, in a table of cases, a template. */
function hasTitle(file: string, title: string): boolean {
  if (!existsSync(join(ROOT, file))) return false;
  const [quote, inTemplates] = ['["`]', patternOf(title).replaceAll("[^]*?", "\\$\\{[^`]*?\\}")];
  return new RegExp(`\\bit\\(\\s*${quote}${inTemplates}${quote}`).test(readPage(file));
}
