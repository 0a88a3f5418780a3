import { expect } from "chai";
import { isSecret } from "../lib/isSecret.js";

describe("isSecret", () => {
  const isKey = isSecret("a-key");

  it("is true of the secret", () => expect(isKey("a-key")).to.equal(true));

  for (const other of ["", "a", "a-kez", "A-KEY", "a-key ", "a-keya-key", "\0a-key"]) {
    it(`is false of ${JSON.stringify(other)}, however long it is`, () => expect(isKey(other)).to.equal(false));
  }
});
