import { expect } from "chai";
import { checkLimit, resolveHoldOptions } from "../../lib/operators/HoldOptions.js";

describe("HoldOptions", () => {
  it("have defaults: 1,024 values, and an error for one more", () => {
    expect(resolveHoldOptions({})).to.deep.equal({ limit: 1_024, overflow: "error" });
  });

  it("that are undefined are left out", () => {
    const options = { limit: undefined, overflow: undefined } as never;
    expect(resolveHoldOptions(options)).to.deep.equal({ limit: 1_024, overflow: "error" });
  });

  for (const overflow of ["error", "dropOldest", "dropNewest"] as const) {
    it(`are taken as they are given (${overflow})`, () => {
      expect(resolveHoldOptions({ limit: 1, overflow })).to.deep.equal({ limit: 1, overflow });
    });
  }

  it("take any limit that a whole number can say", () => {
    expect(resolveHoldOptions({ limit: Number.MAX_SAFE_INTEGER }).limit).to.equal(Number.MAX_SAFE_INTEGER);
  });

  for (const limit of [0, -1, 1.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1, "10", 10n, null, true]) {
    it(`throw a TypeError that names limit for ${typeof limit} ${String(limit)}`, () => {
      expect(() => resolveHoldOptions({ limit } as never)).to.throw(TypeError, "limit must be a whole number from 1");
    });
  }

  for (const overflow of ["drop", "", "Error", "toString", null, 1, ["error"]]) {
    it(`throw a TypeError that names overflow for ${JSON.stringify(overflow)}`, () => {
      expect(() => resolveHoldOptions({ overflow } as never)).to.throw(
        TypeError,
        "overflow must be one of error, dropOldest, dropNewest",
      );
    });
  }

  it("are told to nobody by default, and to a function where one is given", () => {
    const onHeld = (): void => undefined;
    expect(resolveHoldOptions({ onHeld })).to.deep.equal({ limit: 1_024, overflow: "error", onHeld });
    expect(resolveHoldOptions({ onHeld: undefined } as never)).not.to.have.property("onHeld");
  });

  for (const onHeld of [null, 5, "console.log", {}]) {
    it(`throw a TypeError that names onHeld for ${JSON.stringify(onHeld)}`, () => {
      expect(() => resolveHoldOptions({ onHeld } as never)).to.throw(TypeError, "onHeld must be a function");
    });
  }

  it("throw a TypeError that names a misspelt one", () => {
    expect(() => resolveHoldOptions({ limits: 1 } as never)).to.throw(TypeError, /^limits must be spelt/);
  });

  for (const options of [null, 5, "error", [], undefined]) {
    it(`throw a TypeError where they are ${JSON.stringify(options)}`, () => {
      expect(() => resolveHoldOptions(options as never)).to.throw(TypeError, "options must be an object");
    });
  }
});

describe("checkLimit", () => {
  it("names what is wrong", () => {
    expect(() => checkLimit("totalLimit", 0)).to.throw(TypeError, "totalLimit must be a whole number from 1");
    expect(() => checkLimit("totalLimit", 1)).not.to.throw();
  });
});
