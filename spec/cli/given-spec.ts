import { expect } from "chai";
import { given } from "../../lib/cli/given.js";

describe("given", () => {
  it("takes an empty text for none, and any other as it is", () => {
    expect(given("")).to.equal(undefined);
    expect(given(undefined)).to.equal(undefined);
    expect(given(" ")).to.equal(" ");
    expect(given("agent-7")).to.equal("agent-7");
  });
});
