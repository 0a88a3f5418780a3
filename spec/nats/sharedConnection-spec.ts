import { expect } from "chai";
import { sharedConnection } from "../../lib/nats/sharedConnection.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeBus } from "./FakeBus.js";

describe("sharedConnection", () => {
  let bus: FakeBus;

  beforeEach(() => {
    bus = new FakeBus();
  });

  it("is there once it is answered on, and is let go of then", async () => {
    let answer: (ms: number) => void = () => undefined;
    bus.rtt = () => new Promise((resolve) => (answer = resolve));
    const told = record(sharedConnection(bus.connection));
    await aFewTurns();
    expect(told.values).to.be.empty;
    answer(1);
    await aFewTurns();
    expect(told.values).to.deep.equal([bus]);
    expect(bus.listeners).to.equal(0);
    expect(bus.isClosed()).to.be.false;
  });

  it("is waited for while it reconnects, and then asked again", async () => {
    bus.rtt = () => Promise.reject(new Error("connection disconnected"));
    const told = record(sharedConnection(bus.connection));
    await aFewTurns();
    bus.say({ type: "reconnecting" });
    await aFewTurns();
    expect(told).to.deep.include({ values: [], end: undefined });
    bus.rtt = () => Promise.resolve(1);
    bus.say({ type: "reconnect", server: "x" });
    await aFewTurns();
    expect(told.values).to.deep.equal([bus]);
  });

  it("leaves nothing in the connection when unsubscribed, and no rejection to nobody", async () => {
    let fail: (error: Error) => void = () => undefined;
    bus.rtt = () => new Promise((_, reject) => (fail = reject));
    record(sharedConnection(bus.connection)).subscription.unsubscribe();
    fail(new Error("too late"));
    await aFewTurns();
    expect(bus.listeners).to.equal(0);
  });
});
