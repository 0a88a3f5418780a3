import { Metadata, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { isGrpc, refusalIn } from "../../lib/channel/refusalIn.js";

describe("refusalIn", () => {
  for (const code of [status.INVALID_ARGUMENT, status.PERMISSION_DENIED, status.UNIMPLEMENTED]) {
    it(`finds that we are misconfigured where the gateway says ${status[code]}`, () => {
      expect(refusalIn(answer(code))).to.equal("misconfigured");
    });
  }

  it("finds that a fresh token is wanted where the gateway says UNAUTHENTICATED", () => {
    expect(refusalIn(answer(status.UNAUTHENTICATED))).to.equal("unauthenticated");
  });

  const others = [0, 1, 2, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 17, 99, -1, Number.NaN, undefined];
  for (const code of others) {
    it(`finds none in the code ${String(code)}`, () => {
      expect(refusalIn(answer(code))).to.equal(undefined);
    });
  }

  for (const contentType of [undefined, "text/html", "", "application/json"]) {
    it(`finds none in an answer of the content type ${String(contentType)}: it is not the gateway's`, () => {
      for (const code of [3, 7, 12, 16]) expect(refusalIn(answer(code, contentType))).to.equal(undefined);
    });
  }

  it("finds none in what is no ServiceError", () => {
    for (const error of [new Error("timed out"), undefined, null, "7", { code: 7 }]) {
      expect(refusalIn(error)).to.equal(undefined);
    }
  });
});

describe("isGrpc", () => {
  it("takes gRPC with any encoding, and nothing else", () => {
    for (const type of ["application/grpc", "application/grpc+proto"]) expect(isGrpc(type)).to.be.true;
    for (const type of ["", "undefined", "text/html; charset=utf-8", "application/json"])
      expect(isGrpc(type)).to.be.false;
  });
});

function answer(
  code: number | undefined,
  contentType: string | undefined = arguments.length > 1 ? undefined : "application/grpc",
) {
  const metadata = new Metadata();
  if (contentType !== undefined) metadata.set("content-type", contentType);
  return Object.assign(new Error("refused"), { code, details: "refused", metadata });
}
