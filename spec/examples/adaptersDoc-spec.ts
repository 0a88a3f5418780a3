import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

describe("docs/adapters.md", () => {
  const examples = join(root, "examples");
  const text = readFileSync(join(root, "docs/adapters.md"), "utf8");
  const shown = new Map(
    [...text.matchAll(/^```ts\n\/\/ examples\/(\S+)\n([^]*?)^```$/gm)].map(([, file = "", code = ""]) => [file, code]),
  );

  it("shows every example of a framework", () => {
    const files = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter(
      // That one is of docs/scaling.md.
      (file) => file.endsWith(".ts") && !file.startsWith("topology/"),
    );

    expect([...shown.keys()]).to.have.members(files);
  });

  for (const [file, code] of shown) {
    it(`shows ${file} as it is, which its spec runs`, () => {
      expect(code).to.equal(readFileSync(join(examples, file), "utf8"));
    });
  }
});
