import { expect } from "chai";
import { readdirSync } from "node:fs";
import { TestScheduler } from "rxjs/testing";
import { marbleMatcher } from "../../lib/testing/marbleMatcher.js";
import { pages, readPage } from "../helpers/docs/snippets.js";
import { diagrams } from "../marbles/diagrams.js";
import { driftOf, PICTURES } from "../marbles/driftOf.js";

describe("the pictures of the operators", () => {
  for (const { name, cases } of diagrams) {
    for (const { inputs, output, run } of cases) {
      const drawn = inputs.map(({ marbles }) => marbles);

      it(`show what ${name} does: ${drawn.join(" and ")} becomes ${output}`, () => {
        new TestScheduler(marbleMatcher).run((helpers) => {
          const { result$, values, error } = run(helpers, ...drawn);
          helpers.expectObservable(result$).toBe(output, values, error);
        });
      });
    }
  }

  it("are there for every operator", () => {
    const operators = readdirSync(new URL("../../lib/operators/", import.meta.url))
      .filter((file) => /^[a-z]/.test(file))
      .filter((file) => !readPage(`lib/operators/${file}`).includes("@internal"))
      .map((file) => file.replace(/\.ts$/, ""));

    expect(diagrams.map(({ name }) => name)).to.include.members(operators);
  });

  it("are those of the docstrings", () => {
    const inDocstrings = (name: string): string => {
      const source = readPage(name === "runOp" ? "lib/OpControlSubscriber.ts" : `lib/operators/${name}.ts`);
      return source.replaceAll(/^ *\* ?/gm, "");
    };
    const missing = diagrams.flatMap(({ name, cases }) =>
      cases
        .flatMap(({ inputs, output }) => [...inputs.map(({ marbles }) => marbles), output])
        .filter((marbles) => !inDocstrings(name).includes(marbles))
        .map((marbles) => `${name}: ${marbles}`),
    );

    expect(missing).to.deep.equal([]);
  });

  it("are up to date, and there are no others", () => {
    expect(driftOf(diagrams)).to.deep.equal([]);
  });

  it("are shown by a page, each of them", () => {
    const shown = pages().map(readPage).join("\n");

    expect(readdirSync(PICTURES)).to.not.be.empty;
    expect(readdirSync(PICTURES).filter((name) => !shown.includes(`marbles/${name}`))).to.deep.equal([]);
  });
});
