import { expect } from "chai";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readLines } from "../../../lib/cli/demo/readLines.js";
import { rejectionOf } from "../../helpers/record.js";

const ROOT = resolve(import.meta.dirname, "../../..");

describe("readLines", () => {
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "rx-op-control-"));
  });

  after(() => rm(folder, { recursive: true }));

  const texts: Readonly<Record<string, readonly [string, readonly string[]]>> = {
    "each line of a text": ["one\ntwo\nthree\n", ["one", "two", "three"]],
    "the last line, ended or not": ["one\ntwo", ["one", "two"]],
    "lines that end as on Windows": ["one\r\ntwo\r\n", ["one", "two"]],
    "no line without anything on it": ["\n\none\n  \n\t\ntwo\n\n", ["one", "two"]],
    "what stands at a line's edges": ["  one\t\n", ["  one\t"]],
    "text beyond ASCII": ["é 🛑\n", ["é 🛑"]],
  };
  for (const [name, [text, lines]] of Object.entries(texts)) {
    it(`gives ${name}`, async () => {
      const file = join(folder, "input.txt");
      await writeFile(file, text);
      expect(await readLines(file)).to.deep.equal(lines);
    });
  }

  it("gives the lines of this package's README.md where no file is named", async () => {
    const readme = await readFile(join(ROOT, "README.md"), "utf8");
    const lines = await readLines(undefined);
    expect(lines[0]).to.equal(readme.split("\n")[0]);
    expect(lines).to.have.lengthOf(readme.split("\n").filter((line) => line.trim()).length);
  });

  describe("rejects with a TypeError that names --input", () => {
    it("when there is no such file", async () => {
      const error = await rejectionOf(readLines(join(folder, "missing.txt")), TypeError);
      expect(error.message).to.match(/^--input cannot be read: ENOENT/);
    });

    it("when it is a folder", async () => {
      expect((await rejectionOf(readLines(folder), TypeError)).message).to.match(/^--input cannot be read: EISDIR/);
    });

    for (const [name, text] of [
      ["empty", ""],
      ["nothing but blanks", " \n\t\n\r\n"],
    ] as const) {
      it(`when it is ${name}`, async () => {
        const file = join(folder, "blank.txt");
        await writeFile(file, text);
        expect((await rejectionOf(readLines(file), TypeError)).message).to.match(/^--input has no line /);
      });
    }
  });
});
