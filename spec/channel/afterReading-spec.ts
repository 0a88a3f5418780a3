import { expect } from "chai";
import { setImmediate as turn } from "node:timers/promises";
import { afterReading$ } from "../../lib/channel/afterReading.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";

describe("afterReading$", () => {
  it("emits once and completes, in the second turn from now", async () => {
    const recording = record(afterReading$);
    expect(recording.values).to.be.empty;
    await turn();
    expect(recording.values).to.be.empty;
    await turn();
    expect(recording.values).to.have.lengthOf(1);
    expect(recording.end).to.equal("completed");
  });

  it("counts its turns from each subscription", async () => {
    record(afterReading$);
    await turn();
    const second = record(afterReading$);
    await turn();
    expect(second.values).to.be.empty;
    await turn();
    expect(second.values).to.have.lengthOf(1);
  });

  it("emits nothing once it is unsubscribed from, in whichever turn", async () => {
    for (const turns of [0, 1]) {
      const recording = record(afterReading$);
      for (let passed = 0; passed < turns; passed++) await turn();
      recording.subscription.unsubscribe();
      await aFewTurns();
      expect(recording.values).to.be.empty;
    }
  });
});
