import { inspect } from "node:util";
import { expect } from "chai";
import { withoutCredentials } from "../../lib/nats/withoutCredentials.js";

const pass = "p4ss-of-ours";
const token = "t0ken-of-ours";

describe("withoutCredentials", () => {
  it("is the error itself where that has none", () => {
    const error = new Error("connection refused", { cause: new Error("ECONNREFUSED") });
    expect(withoutCredentials(error, { pass, token })).to.equal(error);
    expect(withoutCredentials(error, {})).to.equal(error);
  });

  for (const [what, error] of [
    ["message", new Error(`no such user: ${pass} / ${token}`)],
    ["cause", new Error("no such user", { cause: new Error(`password ${pass}`) })],
    ["cause's cause", new Error("no", { cause: new Error("such", { cause: new Error(`token ${token}`) }) })],
    ["stack", Object.assign(new Error("no such user"), { stack: `Error\n    at ${token}` })],
  ] as const) {
    it(`is another one where it is in the ${what}`, () => {
      const clean = withoutCredentials(error, { pass, token });
      expect(clean).to.be.instanceOf(Error);
      expect(clean.message).to.match(/^no/);
      expect(inspect(clean, { showHidden: true, depth: 9 }))
        .to.not.include(pass)
        .and.to.not.include(token);
    });
  }

  it("is one where what was thrown is none", () => {
    expect(withoutCredentials(token, { token }).message).to.equal("what was thrown is no error");
  });

  it("minds no credential that is empty", () => {
    const error = new Error("x");
    expect(withoutCredentials(error, { pass: "", token: "" })).to.equal(error);
  });
});
