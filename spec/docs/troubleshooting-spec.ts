import { expect } from "chai";
import ts from "typescript";
import { ExitCode } from "../../lib/cli/ExitCode.js";
import { ENTRIES } from "../helpers/docs/entries.js";
import { messagesIn } from "../helpers/docs/messagesIn.js";
import { patternOf } from "../helpers/docs/quotes.js";
import { readPage, sources } from "../helpers/docs/snippets.js";

const page = readPage("docs/troubleshooting.md");
const quotesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, quoted = ""]) => quoted);

/** The first cells of the table that begins with this one. */
function rowsOf(firstHeading: string): string[] {
  const tables = page.split(/\n\n/).filter((block) => new RegExp(`^\\| ${firstHeading} +\\|`).test(block));
  expect(tables, `tables of ${firstHeading}`).to.not.be.empty;
  return tables.flatMap((table) =>
    table
      .split("\n")
      .slice(2)
      .map((row) => row.split("|")[1] ?? ""),
  );
}

/** What the page explains: a heading that quotes a message, or a row of a table of them. */
const explained = [...[...page.matchAll(/^### (.+)$/gm)].map(([, heading = ""]) => heading), ...rowsOf("message")]
  .flatMap(quotesIn)
  .filter((quoted) => quoted !== "uncaughtException");

describe("docs/troubleshooting.md", () => {
  /** A long message is put together over several lines. */
  const lib = sources()
    .map(readPage)
    .join("\n")
    .replaceAll(/["`] \+\s+["`]/g, "")
    .replaceAll('\\"', '"');

  it("explains messages", () => {
    expect(explained).to.have.length.above(70);
  });

  for (const quoted of explained) {
    it(`quotes what is said: ${quoted}`, () => {
      // Within one text: what stands for what is put in does not go on over several lines.
      expect(lib).to.match(new RegExp(patternOf(quoted).replaceAll("[^]*?", "[^\\n]{0,80}?")));
    });
  }

  it("leaves out no message of an error that the library makes", () => {
    const made = sources().flatMap((path) => messagesIn(path).filter((message) => !message.startsWith("(")));
    const everywhere = quotesIn(page);

    expect(made).to.not.be.empty;
    expect(made.filter((message) => !everywhere.includes(message))).to.deep.equal([]);
  });

  it("says of each kind of diagnostic what to do, and of no others", () => {
    const kinds: string[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isPropertySignature(node) && node.name.getText() === "kind") {
        kinds.push(...[...(node.type?.getText() ?? "").matchAll(/"(\w+)"/g)].map(([, kind = ""]) => kind));
      }
      node.forEachChild(visit);
    };
    const path = "lib/Diagnostic.ts";
    visit(ts.createSourceFile(path, readPage(path), ts.ScriptTarget.ES2023, true));

    expect(kinds).to.not.be.empty;
    expect(rowsOf("kind").flatMap(quotesIn)).to.have.members(kinds);
  });

  it("says of each class of error that is exported what to do, and of no others", async () => {
    const entries = await Promise.all(
      Object.values(ENTRIES).map((path) => import(`../../${path}`) as Promise<Record<string, unknown>>),
    );
    const classes = entries.flatMap((entry) => Object.keys(entry)).filter((name) => name.endsWith("Error"));

    expect(rowsOf("class").flatMap(quotesIn)).to.have.members([...classes, "TypeError"]);
  });

  it("says what each exit code means", () => {
    const codes = rowsOf("exit code").flatMap((cell) => [...cell.matchAll(/\d+/g)].map(Number));

    expect(codes).to.have.members([...Object.values(ExitCode), 126, 127]);
  });
});
