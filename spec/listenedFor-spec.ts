import { expect } from "chai";
import { setImmediate as nextTurn, setTimeout } from "node:timers/promises";
import { firstValueFrom, map } from "rxjs";
import { listenedFor } from "../lib/listenedFor.js";
import { testScheduler } from "./helpers/marbles.js";
import { record } from "./helpers/record.js";
import { pendingTimers } from "./helpers/timers.js";
import { blockFor } from "./helpers/turns.js";

describe("listenedFor", () => {
  it("emits once, when so many milliseconds have passed, and completes", () => {
    testScheduler().run(({ expectObservable }) => {
      expectObservable(listenedFor(5).pipe(map(() => "x"))).toBe("-----(x|)");
      expectObservable(listenedFor(0).pipe(map(() => "x"))).toBe("(x|)");
    });
  });

  it("counts from each subscription", () => {
    testScheduler().run(({ expectObservable }) => {
      const listened$ = listenedFor(3).pipe(map(() => "x"));
      expectObservable(listened$).toBe("       ---(x|)");
      expectObservable(listened$, "--^").toBe("-----(x|)");
    });
  });

  it("emits after what has arrived has been read, where the event loop stood still", async () => {
    const order: string[] = [];
    const listened = firstValueFrom(listenedFor(20)).then(() => order.push("listened"));
    const read = setTimeout(1)
      .then(() => nextTurn())
      .then(() => order.push("read"));
    blockFor(200);
    await Promise.all([listened, read]);
    expect(order).to.deep.equal(["read", "listened"]);
  });

  it("does not wait for ever on an event loop that always stands still", async function () {
    this.timeout(30_000);
    const told = record(listenedFor(1));
    let turns = 0;
    for (; told.end === undefined && turns < 20; turns++) {
      blockFor(120);
      await setTimeout(1);
    }
    expect(turns).to.be.within(10, 19);
  });

  it("leaves no timer when it is unsubscribed", () => {
    const before = pendingTimers();
    const { subscription } = record(listenedFor(10_000));
    expect(pendingTimers()).to.equal(before + 1);
    subscription.unsubscribe();
    expect(pendingTimers()).to.equal(before);
  });
});
