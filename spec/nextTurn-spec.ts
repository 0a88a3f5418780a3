import { expect } from "chai";
import { nextTurn$ } from "../lib/nextTurn.js";
import { record } from "./helpers/record.js";
import { aFewTurns } from "./helpers/turns.js";

describe("nextTurn$", () => {
  it("emits once and completes, behind every microtask", async () => {
    const order: string[] = [];
    nextTurn$.subscribe({ next: () => order.push("turn"), complete: () => order.push("over") });
    queueMicrotask(() => order.push("microtask"));
    await aFewTurns();
    expect(order).to.deep.equal(["microtask", "turn", "over"]);
  });

  it("emits nothing once it is unsubscribed from", async () => {
    const recording = record(nextTurn$);
    recording.subscription.unsubscribe();
    await aFewTurns();
    expect(recording.values).to.be.empty;
  });
});
