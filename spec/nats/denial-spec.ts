import { PermissionViolationError, ProtocolError } from "@nats-io/transport-node";
import { expect } from "chai";
import { denial } from "../../lib/nats/denial.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { FakeBus } from "./FakeBus.js";

const denied = (subject: string) =>
  ({ type: "error", error: new PermissionViolationError("denied", "publish", subject) }) as const;

describe("denial", () => {
  it("errors when the messages of one of the consumers are denied", async () => {
    const bus = new FakeBus();
    const told = record(denial(bus.connection, ["ours", "ours-too"]));
    const status = denied("$JS.API.CONSUMER.MSG.NEXT.AA_OPCONTROL.ours-too");
    bus.say(status);
    await aFewTurns();
    expect(told.end).to.equal(status.error);
    expect(bus.listeners).to.equal(0);
  });

  it("minds nothing else that goes wrong on the connection", async () => {
    const bus = new FakeBus();
    const told = record(denial(bus.connection, ["ours"]));
    bus.say(denied("$JS.API.CONSUMER.MSG.NEXT.AA_OPCONTROL.theirs"));
    bus.say(denied("not-ours"));
    bus.say({ type: "error", error: new ProtocolError("Unknown Protocol Operation .ours") });
    await aFewTurns();
    expect(told).to.deep.include({ values: [], end: undefined });
    told.subscription.unsubscribe();
    expect(bus.listeners).to.equal(0);
  });
});
