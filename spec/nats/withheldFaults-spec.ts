import type { Authenticator, NodeConnectionOptions } from "@nats-io/transport-node";
import { expect } from "chai";
import { withheldFaults } from "../../lib/nats/withheldFaults.js";

describe("withheldFaults", () => {
  it("leaves alone what has no authenticator", () => {
    const options: NodeConnectionOptions = { user: "us" };
    expect(withheldFaults(options)).to.equal(options);
  });

  it("has each authenticator say what it says, to what it is asked", () => {
    const asked: unknown[] = [];
    const one = (nonce?: string) => {
      asked.push(nonce);
      return { user: "us" };
    };
    const authenticators = authenticatorsOf([one, () => ({ user: "them" })]);
    expect(authenticators.map((authenticator) => authenticator("nonce"))).to.deep.equal([
      { user: "us" },
      { user: "them" },
    ]);
    expect(asked).to.deep.equal(["nonce"]);
  });

  it("withholds what one throws", () => {
    const [authenticator] = authenticatorsOf(() => {
      throw new Error("cannot read s3cr3t");
    });
    expect(() => authenticator?.("nonce")).to.throw(
      "the authenticator has failed; its error is withheld, since it may be secret",
    );
  });
});

function authenticatorsOf(authenticator: Authenticator | Authenticator[]): Authenticator[] {
  return [withheldFaults({ authenticator }).authenticator].flat();
}
