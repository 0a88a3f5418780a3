import { expect } from "chai";
import fc from "fast-check";
import { type Marble, MarbleLine } from "../../../lib/cli/demo/MarbleLine.js";

describe("MarbleLine", () => {
  it("begins with its label and nothing else", () => {
    expect(new MarbleLine().toString()).to.equal("op ");
  });

  it("draws a dash a tick while the op may run, and a dot while it is paused", () => {
    const line = new MarbleLine();
    for (const paused of [false, false, true, true, false]) line.tick(paused);
    expect(line.toString()).to.equal("op --..-");
  });

  it("draws a marble in place of the tick's dash or dot", () => {
    const line = new MarbleLine();
    line.tick(false);
    line.mark("p");
    line.tick(true);
    line.tick(true);
    line.mark("r");
    line.tick(false);
    expect(line.toString()).to.equal("op -p.r");
  });

  it("shows a marble before its tick has passed, once", () => {
    const line = new MarbleLine();
    line.tick(false);
    line.mark("o");
    expect(line.toString()).to.equal("op -o");
    line.tick(false);
    expect(line.toString()).to.equal("op -o");
  });

  it("loses none of the marbles of one tick, and keeps their order", () => {
    const line = new MarbleLine();
    line.mark("p");
    line.mark("r");
    line.mark("o");
    line.tick(false);
    expect(line.toString()).to.equal("op pro");
  });

  it("is cut on the left: the newest stands on the right", () => {
    const line = new MarbleLine();
    for (let tick = 0; tick < 100; tick++) line.tick(false);
    line.mark("t");
    expect(line.toString(14)).to.equal("op ---------t");
  });

  it("fits into the columns there are, with one to spare for the cursor, and shows the newest marble in any", () => {
    const marble = fc.constantFrom<Marble>("-", "o", "p", "r", "t", "h");
    fc.assert(
      fc.property(
        fc.array(marble, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 5, max: 200 }),
        (marbles, columns) => {
          const line = new MarbleLine();
          for (const each of marbles) {
            line.mark(each);
            line.tick(false);
          }
          expect(line.toString(columns).length).to.be.lessThan(columns);
          expect(line.toString(columns).at(-1)).to.equal(marbles.at(-1));
        },
      ),
    );
  });
});
