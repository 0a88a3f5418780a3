import { expect } from "chai";
import { timer } from "rxjs";
import { type ChannelStatus, channelStatus } from "../../lib/channel/ChannelStatus.js";
import { testScheduler } from "../helpers/marbles.js";

describe("channelStatus", () => {
  it("begins now, by the clock of RxJS's schedulers", () => {
    const since: number[] = [];
    testScheduler().run(() => {
      since.push(channelStatus("connecting").since);
      timer(5).subscribe(() => since.push(channelStatus("live").since));
    });

    expect(since).to.deep.equal([0, 5]);
  });

  it("begins at the wall clock's time, in milliseconds since the epoch, outside of virtual time", () => {
    const before = Date.now();
    const { since } = channelStatus("live");

    expect(since).to.be.within(before, Date.now());
  });

  it("is about the first attempt and has no error and no delay, unless told otherwise", () => {
    testScheduler().run(() => {
      expect(channelStatus("live")).to.deep.equal({ state: "live", attempt: 1, since: 0 });
    });
  });

  it("takes the details that it is told", () => {
    const details = { attempt: 3, lastError: "14 UNAVAILABLE", retryInMs: 2_000 };

    testScheduler().run(() => {
      expect(channelStatus("reconnecting", details)).to.deep.equal({ state: "reconnecting", since: 0, ...details });
    });
  });

  it("is made of plain values that are safe to log", () => {
    const status = channelStatus("failed", { attempt: 2, lastError: "refused" });

    expect(JSON.parse(JSON.stringify(status)) as ChannelStatus).to.deep.equal(status);
  });
});
