import { expect } from "chai";
import { OpTerminatedError } from "../../lib/errors.js";
import { terminationOf } from "../../lib/operators/terminationOf.js";
import { OP, terminated } from "../helpers/opControl.js";

describe("terminationOf", () => {
  it("is the error that names the op and whose TERMINATE it was", () => {
    const error = terminationOf(terminated(OP, "fleet"));
    expect(error).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "fleet" });
    expect(error.message).to.equal(new OpTerminatedError(OP, "fleet").message);
  });

  it("has no stack frames, and leaves those of other errors alone", () => {
    const before = Error.stackTraceLimit;
    expect(terminationOf(terminated()).stack).to.not.include("\n");
    expect(Error.stackTraceLimit).to.equal(before);
    expect(new Error("another").stack).to.include("\n");
  });

  it("is made where a host has frozen what is built in, too", () => {
    const descriptor = Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")!;
    Object.defineProperty(Error, "stackTraceLimit", { ...descriptor, writable: false });
    try {
      expect(terminationOf(terminated())).to.be.instanceOf(OpTerminatedError);
    } finally {
      Object.defineProperty(Error, "stackTraceLimit", descriptor);
    }
  });
});
