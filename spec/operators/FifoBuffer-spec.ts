import { expect } from "chai";
import fc from "fast-check";
import { FifoBuffer } from "../../lib/operators/FifoBuffer.js";
import { usedHeapMb } from "../helpers/measure.js";
import { runs } from "../helpers/runs.js";
import { timesSlower } from "../helpers/timesSlower.js";

describe("FifoBuffer", () => {
  it("gives the values back in the order in which they came", () => {
    const buffer = filled("a", "b", "c");

    expect([buffer.shift(), buffer.shift(), buffer.shift()]).to.deep.equal(["a", "b", "c"]);
  });

  it("knows how many it has", () => {
    const buffer = filled("a", "b");
    expect(buffer.size).to.equal(2);
    buffer.shift();
    expect(buffer.size).to.equal(1);
    buffer.shift();
    expect(buffer.size).to.equal(0);
    buffer.push("c");
    expect(buffer.size).to.equal(1);
  });

  it("has nothing after it was cleared, and takes values as before", () => {
    const buffer = filled("a", "b", "c");
    buffer.shift();
    buffer.clear();
    expect(buffer.size).to.equal(0);
    buffer.push("d");
    expect(buffer.size).to.equal(1);
    expect(buffer.shift()).to.equal("d");
  });

  it("gives back an undefined that was put in", () => {
    const buffer = filled(undefined, null, 0);

    expect(buffer.size).to.equal(3);
    expect([buffer.shift(), buffer.shift(), buffer.shift()]).to.deep.equal([undefined, null, 0]);
    expect(buffer.size).to.equal(0);
  });

  it("does what an array does, however long it gets", () => {
    const command = fc.oneof(
      { weight: 6, arbitrary: fc.record({ push: fc.nat(3_000) }) },
      { weight: 5, arbitrary: fc.record({ shift: fc.nat(3_000) }) },
      { weight: 1, arbitrary: fc.constant("clear" as const) },
    );
    fc.assert(
      fc.property(fc.array(command), (commands) => {
        const buffer = new FifoBuffer<number>();
        const model: number[] = [];
        let pushed = 0;
        for (const command of commands) {
          if (command === "clear") {
            buffer.clear();
            model.length = 0;
          } else if ("push" in command) {
            for (let i = 0; i < command.push; i++) {
              buffer.push(++pushed);
              model.push(pushed);
            }
          } else {
            const expected = model.splice(0, command.shift);
            expect(expected.map(() => buffer.shift())).to.deep.equal(expected);
          }
          expect(buffer.size).to.equal(model.length);
        }
      }),
      { numRuns: runs(200) },
    );
  });

  it("takes a million in and gives them back in linear time", () => {
    const run = (count: number) => () => {
      const buffer = new FifoBuffer<number>();
      for (let i = 0; i < count; i++) buffer.push(i);
      for (let i = 0; i < count; i++) if (buffer.shift() !== i) throw new Error(`out of order at ${i}`);
    };

    expect(timesSlower(100_000, 1_000_000, run)).to.be.below(25);
  });

  it("does not grow while as much is taken as is put in, though it never gets empty", () => {
    const buffer = filled(-2, -1);
    const before = usedHeapMb();

    for (let i = 0; i < 5_000_000; i++) {
      buffer.push(i);
      buffer.shift();
    }

    expect(usedHeapMb() - before).to.be.below(5);
    expect(buffer.size).to.equal(2);
  });

  it("lets go of each value that was taken, long before it gets empty", () => {
    const before = usedHeapMb();
    const megabyte = () => new Array<number>(125_000).fill(0.5);
    const buffer = filled(...Array.from({ length: 40 }, megabyte));
    expect(usedHeapMb() - before).to.be.above(35);

    for (let i = 0; i < 39; i++) buffer.shift();

    expect(usedHeapMb() - before).to.be.below(5);
    expect(buffer.size).to.equal(1);
  });
});

function filled<T>(...values: readonly T[]): FifoBuffer<T> {
  const buffer = new FifoBuffer<T>();
  for (const value of values) buffer.push(value);
  return buffer;
}
