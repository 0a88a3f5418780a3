import { expect } from "chai";
import fc from "fast-check";
import {
  AssemblyError,
  HoldOverflowError,
  OpControlUnavailableError,
  OpTerminatedError,
  OpWaitTimeoutError,
} from "../lib/errors.js";
import type { OpScope } from "../lib/opStatus.js";
import { OP } from "./helpers/opControl.js";

describe("AssemblyError", () => {
  const errors = {
    AssemblyError: new AssemblyError("no particular reason"),
    OpTerminatedError: new OpTerminatedError(OP, "op"),
    OpControlUnavailableError: new OpControlUnavailableError("the channel has failed"),
    HoldOverflowError: new HoldOverflowError(3),
    OpWaitTimeoutError: new OpWaitTimeoutError(OP, 5_000),
  };

  for (const [name, error] of Object.entries(errors)) {
    it(`is the base of ${name}, which is an Error with a name of its own and a stack`, () => {
      expect(error).to.be.instanceOf(AssemblyError);
      expect(error).to.be.instanceOf(Error);
      expect(error.name).to.equal(name);
      expect(error.stack).to.include(error.message);
    });
  }

  it("tells its kinds apart", () => {
    expect(errors.OpTerminatedError).not.to.be.instanceOf(OpControlUnavailableError);
    expect(errors.OpControlUnavailableError).not.to.be.instanceOf(OpTerminatedError);
    expect(errors.HoldOverflowError).not.to.be.instanceOf(OpTerminatedError);
  });
});

describe("OpTerminatedError", () => {
  for (const scope of ["op", "agent", "fleet"] satisfies OpScope[]) {
    it(`carries the op and the scope ${scope}, and says both`, () => {
      const error = new OpTerminatedError(OP, scope);
      expect(error.opId).to.equal(OP);
      expect(error.scope).to.equal(scope);
      expect(error.message).to.equal(`op "${OP}" was terminated (scope: ${scope})`);
    });
  }

  it("carries the op id unaltered, but shows it without control characters", () => {
    const error = new OpTerminatedError("a\nb\u001b[2J", "op");
    expect(error.opId).to.equal("a\nb\u001b[2J");
    expect(error.message).to.equal('op "a\\u000ab\\u001b[2J" was terminated (scope: op)');
  });

  it("carries an op id of 8 kB unaltered, but shows the beginning of it", () => {
    const opId = "x".repeat(8192);
    const error = new OpTerminatedError(opId, "op");
    expect(error.opId).to.equal(opId);
    expect(error.message).to.have.length.below(300);
  });

  it("has no control character in its message, whatever the op is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii" }), (opId) => {
        expect(new OpTerminatedError(opId, "op").message).not.to.match(/\p{Cc}/u);
      }),
    );
  });
});

describe("OpControlUnavailableError", () => {
  it("keeps the cause", () => {
    const cause = new Error("16 UNAUTHENTICATED");
    const error = new OpControlUnavailableError("the channel has failed", { cause });
    expect(error.cause).to.equal(cause);
    expect(error.message).to.equal("the channel has failed");
  });

  it("has none where nothing led to it", () => {
    expect(new OpControlUnavailableError("the subscriber was closed")).not.to.have.property("cause");
  });
});

describe("OpWaitTimeoutError", () => {
  it("carries the op and the time, and says both, without control characters", () => {
    const error = new OpWaitTimeoutError("a\nb", 5_000);
    expect(error).to.include({ opId: "a\nb", timeoutMs: 5_000 });
    expect(error.message).to.equal('op "a\\u000ab" was not allowed to run within 5000 ms');
  });
});

describe("HoldOverflowError", () => {
  it("carries the limit, and says it", () => {
    const error = new HoldOverflowError(1024);
    expect(error.limit).to.equal(1024);
    expect(error.message).to.include("1024");
  });
});
