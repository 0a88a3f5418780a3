import { expect } from "chai";
import { checkTypes } from "../helpers/docs/checkTypes.js";
import { runSnippets } from "../helpers/docs/runSnippets.js";
import { pages, type Snippet, snippetsOf, sources } from "../helpers/docs/snippets.js";

/** The README's example is run from the packed tarball by package-spec.ts. */
const isRunElsewhere = ({ page }: Snippet): boolean => page === "README.md";

/** Whoever brings a gateway, or marbles, is meant to come to an end; all others are about a gateway that is not here. */
const isRun = (snippet: Snippet): boolean =>
  snippet.code.includes('"rx-op-control/testing"') &&
  !snippet.attributes.includes("no-run") &&
  !isRunElsewhere(snippet);

describe("the snippets", function () {
  this.timeout(180_000);

  const inPages = pages().flatMap(snippetsOf);
  const inDocstrings = sources().flatMap(snippetsOf);

  it("name what they use: each imports something", () => {
    expect(inPages).to.not.be.empty;
    expect(inDocstrings).to.not.be.empty;
    expect([...inPages, ...inDocstrings].filter(({ code }) => !/^import /m.test(code))).to.deep.equal([]);
  });

  it("are what the compiler takes, in pages and in docstrings", () => {
    // One that it does not take is among them: a check that finds nothing anywhere would find nothing wrong.
    const code =
      'import { OpControlSubscriber } from "rx-op-control";\nOpControlSubscriber.connect("gateway:1", {});\n';
    const wrong: Snippet = { at: "wrong.md:1", page: "wrong.md", code, attributes: [], output: undefined };

    const [found, ...others] = checkTypes([wrong, ...inPages, ...inDocstrings]);

    expect(others).to.deep.equal([]);
    expect(found).to.match(/^wrong\.md:1 .*'agentId' is missing/);
  });

  describe("that bring their gateway", () => {
    const run = inPages.filter(isRun);
    let printed: ReadonlyMap<string, string>;

    before("come to their end", async () => {
      printed = await runSnippets(run);
    });

    it("are in every guide, each with what it prints", () => {
      const guides = pages().filter((page) => page.startsWith("docs/guides/"));

      expect(guides).to.not.be.empty;
      expect(guides.filter((guide) => !run.some(({ page }) => page === guide))).to.deep.equal([]);
      const silent = run.filter(({ page, output }) => guides.includes(page) && output === undefined);
      expect(silent.map(({ at }) => at)).to.deep.equal([]);
    });

    for (const { at, output } of run.filter((snippet) => snippet.output !== undefined)) {
      it(`print what the page says: ${at}`, () => {
        expect(printed.get(at)).to.equal(output);
      });
    }
  });
});
