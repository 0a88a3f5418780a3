import { expect } from "chai";
import { AssemblyError } from "../../lib/errors.js";
import { closing } from "../../lib/nats/closing.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeBus } from "./FakeBus.js";

describe("closing", () => {
  it("errors when the connection is closed for good, and not when it is lost", async () => {
    const bus = new FakeBus();
    const told = record(closing(bus.connection));
    bus.say({ type: "disconnect", server: "x" });
    bus.say({ type: "reconnect", server: "x" });
    await aFewTurns();
    expect(told.end).to.be.undefined;
    bus.close();
    await aFewTurns();
    expect(told.values).to.be.empty;
    expect(told.end).to.be.instanceOf(AssemblyError);
    expect((told.end as Error).message)
      .to.include("was closed")
      .and.to.include("maxReconnectAttempts");
  });

  it("errors at once where it was closed before", () => {
    const bus = new FakeBus();
    bus.close();
    expect(record(closing(bus.connection)).end).to.be.instanceOf(AssemblyError);
  });

  it("leaves nothing in the connection when unsubscribed", () => {
    const bus = new FakeBus();
    record(closing(bus.connection)).subscription.unsubscribe();
    expect(bus.listeners).to.equal(0);
  });
});
