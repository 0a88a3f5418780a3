import { expect } from "chai";
import { OpTerminatedError } from "../../lib/errors.js";
import { type HoldByOpOptions, resolveHoldByOpOptions } from "../../lib/operators/HoldByOpOptions.js";

const defaults = {
  limit: 1_024,
  totalLimit: 65_536,
  overflow: "error",
  onTerminated: "drop",
} as const;

describe("HoldByOpOptions", () => {
  it("have defaults: 1,024 values per op, 65,536 in all, an error for one more, and a terminated op's are dropped", () => {
    const { onDrop, ...resolved } = resolveHoldByOpOptions({});

    expect(resolved).to.deep.equal(defaults);
    expect(() => onDrop("a value", new OpTerminatedError("op", "op"))).not.to.throw();
  });

  it("that are undefined are left out", () => {
    const given = { limit: undefined, totalLimit: undefined, overflow: undefined, onTerminated: undefined };
    const { onDrop, ...resolved } = resolveHoldByOpOptions({ ...given, onDrop: undefined } as never);

    expect(resolved).to.deep.equal(defaults);
    expect(onDrop).to.be.a("function");
  });

  it("are taken as they are given", () => {
    const options: Required<HoldByOpOptions<string>> = {
      limit: 1,
      totalLimit: 2,
      overflow: "dropNewest",
      onTerminated: "error",
      onDrop: () => undefined,
      onHeld: () => undefined,
    };

    expect(resolveHoldByOpOptions(options)).to.deep.equal(options);
  });

  for (const [name, values, expected] of [
    ["limit", [0, "1"], "a whole number from 1"],
    ["totalLimit", [0, -1, 1.5, "1", null], "a whole number from 1"],
    ["overflow", ["drop", null], "one of error, dropOldest, dropNewest"],
    ["onTerminated", ["dropOldest", "", null, false], "drop or error"],
    ["onDrop", [null, "console.log", {}], "a function"],
    ["onHeld", [null, "console.log", {}], "a function"],
  ] as const) {
    for (const value of values) {
      it(`throw a TypeError that names ${name} for ${typeof value} ${JSON.stringify(value)}`, () => {
        expect(() => resolveHoldByOpOptions({ [name]: value })).to.throw(TypeError, `${name} must be ${expected}`);
      });
    }
  }

  for (const options of [null, 5, "drop", [], undefined]) {
    it(`throw a TypeError where they are ${JSON.stringify(options)}`, () => {
      expect(() => resolveHoldByOpOptions(options as never)).to.throw(TypeError, "options must be an object");
    });
  }
});
