import { expect } from "chai";
import { ENTRIES } from "../helpers/docs/entries.js";
import { type Documented, exportedBy } from "../helpers/docs/exported.js";

const namesOf = (documented: readonly Documented[]): string[] => documented.map(({ name }) => name);

/** A sentence, which may begin with code and go on over several lines, and ends as one. */
const CONTRACT = /^[^]*?[.;:](?:\s|$)/;

describe("the docstrings of the package", () => {
  for (const [entry, path] of Object.entries(ENTRIES)) {
    describe(`of ${entry}`, () => {
      const exported = exportedBy(path);

      it("say of each export, and of each public member, what it is", () => {
        expect(exported).to.not.be.empty;
        expect(namesOf(exported.filter(({ doc }) => doc === undefined || !CONTRACT.test(doc)))).to.deep.equal([]);
      });

      it("have an example for each class and function, which imports what it uses", () => {
        const isAnExample = ({ doc = "" }: Documented): boolean => /@example\s+```ts\s+import /.test(doc);
        const wanted = exported.filter(({ kind }) => kind === "class" || kind === "function");

        expect(wanted).to.not.be.empty;
        expect(namesOf(wanted.filter((documented) => !isAnExample(documented)))).to.deep.equal([]);
      });
    });
  }

  it("have an example for what is called on a subscriber", () => {
    const subscriber = exportedBy(ENTRIES["rx-op-control"]!).filter(({ name }) =>
      name.startsWith("OpControlSubscriber."),
    );
    const without = subscriber
      .filter(({ doc = "" }) => !doc.includes("@example"))
      .map(({ name }) => name.split(".")[1]);

    // Of these the name says all.
    expect(without).to.have.members(["isPaused", "isTerminated", "streamAlive", "close", "[Symbol"]);
  });

  it("say in their name's unit what is a time: no other unit is meant by a number", () => {
    const times = Object.values(ENTRIES)
      .flatMap(exportedBy)
      .filter(({ name, kind }) => kind === "member" && name.endsWith("Ms"));

    expect(times).to.not.be.empty;
    expect(namesOf(times.filter(({ doc = "" }) => !/milliseconds?|\bms\b/.test(doc)))).to.deep.equal([]);
  });
});
