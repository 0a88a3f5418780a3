import { expect } from "chai";
import { inATurn } from "../../lib/nats/inATurn.js";
import { aFewTurns } from "../helpers/turns.js";
import { unhandledRejectionsDuring } from "../helpers/unhandledRejections.js";

describe("inATurn", () => {
  it("acts when all that is due in this turn is done", async () => {
    let acted = false;
    inATurn(() => Promise.resolve((acted = true)));
    await new Promise((resolve) => process.nextTick(resolve));
    await Promise.resolve();
    expect(acted).to.be.false;
    await aFewTurns();
    expect(acted).to.be.true;
  });

  it("leaves no rejection unhandled", async () => {
    const rejections = await unhandledRejectionsDuring(() => {
      inATurn(() => Promise.reject(new Error("gone")));
    });
    expect(rejections).to.be.empty;
  });
});
