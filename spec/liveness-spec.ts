import { liveness } from "../lib/liveness.js";
import { channelEvents, status } from "./helpers/channelMarbles.js";
import { testScheduler } from "./helpers/marbles.js";

const events = { ...channelEvents, f: status("failed"), x: status("closed"), F: { type: "found" } };
const told = { l: true, n: false };

describe("liveness", () => {
  it("tells whether the channel is live: at first, and each time that changes", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(" --crlPlR-rrFl-f-x-|", events);
      const expected = "   --n-l----n--l-n---|";
      const subs = "       ^-----------------!";
      expectObservable(liveness(source)).toBe(expected, told);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("knows nothing of a channel that has told no status", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      expectObservable(liveness(hot("-PRT-F-#", events))).toBe("-------#", told);
    });
  });
});
