import { expect } from "chai";
import { statusesOf } from "../../lib/nats/statusesOf.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeBus } from "./FakeBus.js";

describe("statusesOf", () => {
  it("tells what the connection says from now on, to its end", async () => {
    const bus = new FakeBus();
    const told = record(statusesOf(bus.connection));
    bus.say({ type: "ping", pendingPings: 1 });
    bus.close();
    await aFewTurns();
    expect(told.values.map(({ type }) => type)).to.deep.equal(["ping", "close"]);
    expect(told.end).to.equal("completed");
  });

  it("leaves nothing in the connection when unsubscribed", () => {
    const bus = new FakeBus();
    const told = record(statusesOf(bus.connection));
    expect(bus.listeners).to.equal(1);
    told.subscription.unsubscribe();
    expect(bus.listeners).to.equal(0);
  });
});
