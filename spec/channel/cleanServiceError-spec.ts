import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { expect } from "chai";
import fc from "fast-check";
import { cleanServiceError } from "../../lib/channel/cleanServiceError.js";

describe("cleanServiceError", () => {
  it("keeps the code, the details and the metadata, and says code, name and details", () => {
    const metadata = new Metadata();
    metadata.set("x-request", "1");
    const error = cleanServiceError(serviceError(status.PERMISSION_DENIED, "not yours", metadata));
    expect(error).to.be.instanceOf(Error);
    expect(error.message).to.equal("7 PERMISSION_DENIED: not yours");
    expect(error.code).to.equal(status.PERMISSION_DENIED);
    expect(error.details).to.equal("not yours");
    expect(error.metadata).to.equal(metadata);
  });

  it("has the stack of itself, not of the error that it was made from", () => {
    const dirty = serviceError(status.UNAVAILABLE, "line one\nINFO all is well\u001b[2J");
    const { stack } = cleanServiceError(dirty);
    expect(dirty.stack).to.match(/^INFO all is well/m);
    expect(stack).to.not.match(/^INFO all is well/m);
    expect(stack).to.not.include("\u001b");
    expect(stack).to.include("14 UNAVAILABLE: line one\\u000aINFO all is well\\u001b[2J");
  });

  it("has no cause or other property that would show the original", () => {
    const error = cleanServiceError(serviceError(status.UNAVAILABLE, "a\nb"));
    expect(Object.keys(error).sort()).to.deep.equal(["code", "details", "metadata"]);
    expect(error.cause).to.equal(undefined);
  });

  it("shows no control character, whatever a peer says", () => {
    const unit = fc
      .oneof(fc.nat(0x9f), fc.integer({ min: 0x2020, max: 0x2070 }))
      .map((code) => String.fromCharCode(code));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 400 }), (details) => {
        const error = cleanServiceError(serviceError(status.UNKNOWN, details));
        for (const text of [error.message, error.details]) {
          expect(text).to.not.match(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        }
      }),
    );
  });

  it("cuts what is long", () => {
    const error = cleanServiceError(serviceError(status.UNKNOWN, "x".repeat(100_000)));
    expect(error.message.length).to.be.lessThan(1_000);
    expect(error.details.length).to.be.lessThan(1_000);
  });

  describe("takes an error that is not quite one of gRPC's", () => {
    it("without a code: UNKNOWN", () => {
      const error = cleanServiceError(new Error("odd"));
      expect(error.code).to.equal(status.UNKNOWN);
      expect(error.message).to.equal("2 UNKNOWN: odd");
      expect(error.details).to.equal("odd");
      expect(error.metadata.getMap()).to.deep.equal({});
    });

    const oddCodes: readonly unknown[] = [99, -1, Number.NaN];
    for (const code of oddCodes) {
      it(`with the code ${String(code)}: as it is, and without a name`, () => {
        const error = cleanServiceError(serviceError(code as status, "odd"));
        expect(error.code).to.deep.equal(code);
        expect(error.message).to.equal(`${String(code)} an unknown status: odd`);
      });
    }
  });
});

function serviceError(code: status, details: string, metadata = new Metadata()): ServiceError {
  return Object.assign(new Error(details), { code, details, metadata });
}
