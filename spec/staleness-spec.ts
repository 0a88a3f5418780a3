import { expect } from "chai";
import { firstValueFrom, NEVER, of, startWith, takeUntil, timer } from "rxjs";
import type { ChannelState, ChannelStatus } from "../lib/channel/ChannelStatus.js";
import { MAX_DELAY_MS } from "../lib/check.js";
import { staleness } from "../lib/staleness.js";
import { testScheduler } from "./helpers/marbles.js";

const status = (state: ChannelState): ChannelStatus => ({ state, attempt: 1, since: 0 });
const states = {
  c: status("connecting"),
  l: status("live"),
  r: status("reconnecting"),
  f: status("failed"),
};
const told = { s: true, l: false };

describe("staleness", () => {
  it("is told when the channel has not been live for graceMs (and the millisecond of a timer's grain)", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const connection = hot("^-l---r--------l--", states);
      const subs = "          ^-----------------";
      const expected = "      --l--------s---l--";
      expectObservable(staleness(connection, 4)).toBe(expected, told);
      expectSubscriptions(connection.subscriptions).toBe(subs);
    });
  });

  it("is not told of a channel that is live again in time, and counts anew the next time", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const connection = hot("^l--r---l--r---l-r----------", states);
      const expected = "      -l------l------l------s-----";
      expectObservable(staleness(connection, 4)).toBe(expected, told);
    });
  });

  it("counts from the beginning: a channel that was never live is stale as well", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const connection = hot("^----------l--", states);
      const expected = "      -----s-----l--";
      expectObservable(staleness(connection.pipe(startWith(states.c)), 4)).toBe(expected, told);
    });
  });

  it("counts on while one attempt follows another", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const connection = hot("^l-rrrrrrrr-r-", states);
      const expected = "      -l------s-----";
      expectObservable(staleness(connection, 4)).toBe(expected, told);
    });
  });

  it("counts no longer when it is unsubscribed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const connection = hot("^l-r---------", states);
      const unsub = "         ------!      ";
      const expected = "      -l-----      ";
      expectObservable(staleness(connection, 4), unsub).toBe(expected, told);
    });
  });

  it("is never told sooner than graceMs by the monotonic clock", async () => {
    for (let round = 0; round < 20; round++) {
      const began = performance.now();
      await firstValueFrom(staleness(NEVER.pipe(startWith(states.r)), 5));
      expect(performance.now() - began).to.be.at.least(5);
    }
  });

  it("keeps the longest graceMs there may be: a timer that is given more fires at once", async () => {
    const told = firstValueFrom(staleness(NEVER.pipe(startWith(states.r)), MAX_DELAY_MS).pipe(takeUntil(timer(20))), {
      defaultValue: "nothing",
    });
    expect(await told).to.equal("nothing");
  });

  it("has nothing to tell of a channel that is live from the start and stays so", () => {
    testScheduler().run(({ expectObservable }) => {
      expectObservable(staleness(of(states.l), 4)).toBe("(l|)", told);
    });
  });
});
