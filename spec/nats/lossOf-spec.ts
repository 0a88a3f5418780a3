import { PermissionViolationError, ProtocolError } from "@nats-io/transport-node";
import { expect } from "chai";
import { lossOf } from "../../lib/nats/lossOf.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeBus } from "./FakeBus.js";

describe("lossOf", () => {
  let bus: FakeBus;

  beforeEach(() => {
    bus = new FakeBus();
  });

  for (const type of ["disconnect", "close"] as const) {
    it(`errors at a ${type}`, async () => {
      const told = record(lossOf(bus.connection));
      bus.say({ type: "ping", pendingPings: 1 });
      await aFewTurns();
      expect(told.end).to.be.undefined;
      bus.say(type === "close" ? { type } : { type, server: "x" });
      await aFewTurns();
      expect(told.end).to.be.instanceOf(Error).with.property("message", "the connection to the bus was lost");
      expect(told.values).to.be.empty;
      expect(bus.listeners).to.equal(0);
    });
  }

  it("says what the server gave as its reason", async () => {
    const told = record(lossOf(bus.connection));
    const error = new ProtocolError("Slow Consumer");
    bus.say({ type: "error", error });
    bus.say({ type: "disconnect", server: "x" });
    await aFewTurns();
    expect(told.end).to.include({ message: "the connection to the bus was lost: Slow Consumer", cause: error });
  });

  it("does not take a denied subject for the reason", async () => {
    const told = record(lossOf(bus.connection));
    bus.say({ type: "error", error: new PermissionViolationError("denied", "publish", "x") });
    bus.say({ type: "disconnect", server: "x" });
    await aFewTurns();
    expect(told.end).to.have.property("message", "the connection to the bus was lost");
  });

  it("errors at once where it is closed", () => {
    bus.close();
    expect(record(lossOf(bus.connection)).end).to.be.instanceOf(Error);
  });

  it("leaves nothing in the connection when unsubscribed", () => {
    record(lossOf(bus.connection)).subscription.unsubscribe();
    expect(bus.listeners).to.equal(0);
  });
});
