import { TimeoutError } from "@nats-io/transport-node";
import { expect } from "chai";
import { answered } from "../../lib/nats/answered.js";
import { rejectionOf } from "../helpers/record.js";

describe("answered", () => {
  it("is the answer", async () => {
    expect(await answered(Promise.resolve(7), "anybody")).to.equal(7);
  });

  it("says who has not answered in time", async () => {
    const cause = new TimeoutError();
    const error = await rejectionOf(answered(Promise.reject(cause), "JetStream"), Error);
    expect(error).to.include({ message: "no answer from JetStream in time", cause });
  });

  it("leaves any other error as it is", async () => {
    const error = new Error("connection refused");
    expect(await rejectionOf(answered(Promise.reject(error), "JetStream"), Error)).to.equal(error);
  });
});
