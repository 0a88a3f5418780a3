import { expect } from "chai";
import { Subject } from "rxjs";
import { silence } from "../../lib/nats/silence.js";
import { record } from "../helpers/record.js";
import { setTimeout as sleep } from "node:timers/promises";
import { pendingTimers } from "../helpers/timers.js";

const HEARTBEAT_MS = 40;

describe("silence", () => {
  it("errors when two heartbeats are missed, from the beginning on", async () => {
    const begunAt = performance.now();
    const [outcome] = await Promise.allSettled([lasting(new Subject())]);
    expect(outcome).to.have.property("status", "rejected");
    expect((outcome as PromiseRejectedResult).reason).to.have.property(
      "message",
      "the bus gave no sign of life for 80 ms",
    );
    expect(performance.now() - begunAt).to.be.at.least(2 * HEARTBEAT_MS - 2);
  });

  it("begins anew with each sign of life, and tells nothing of it", async () => {
    const sign$ = new Subject<unknown>();
    const told = record(silence(sign$, 400));
    for (let times = 0; times < 10; times++) {
      await sleep(100);
      sign$.next("anything");
    }
    expect(told).to.deep.include({ values: [], end: undefined });
    told.subscription.unsubscribe();
  });

  it("believes a sign that is there when the event loop goes on after it stood still", async () => {
    const sign$ = new Subject<unknown>();
    const told = record(silence(sign$, HEARTBEAT_MS));
    standStill(3 * HEARTBEAT_MS);
    // What the socket has brought meanwhile is read after the timers.
    setImmediate(() => {
      sign$.next("read late");
    });
    await sleep(1);
    expect(told.end).to.be.undefined;
    told.subscription.unsubscribe();
  });

  it("leaves no timer when unsubscribed", () => {
    const timers = pendingTimers();
    record(silence(new Subject(), HEARTBEAT_MS)).subscription.unsubscribe();
    expect(pendingTimers()).to.equal(timers);
  });
});

function lasting(sign$: Subject<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    silence(sign$, HEARTBEAT_MS).subscribe({ error: reject, complete: () => resolve("completed") });
  });
}

function standStill(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}
