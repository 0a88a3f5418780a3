import { expect } from "chai";
import { firstValueFrom, ignoreElements, merge, Subject, tap } from "rxjs";
import { ExitCode } from "../../../lib/cli/ExitCode.js";
import { watchEnd } from "../../../lib/cli/watch/watchEnd.js";
import type { WatchEvent } from "../../../lib/cli/watch/WatchEvent.js";
import type { ChannelState } from "../../../lib/channel/ChannelStatus.js";
import type { OpStatus } from "../../../lib/opStatus.js";
import { testScheduler } from "../../helpers/marbles.js";
import { OP, OTHER, paused, running, terminate, terminated } from "../../helpers/opControl.js";

const status = (told: OpStatus): WatchEvent => ({ type: "status", ...told, at: 0 });
const channel = (state: ChannelState): WatchEvent => ({ type: "channel", state, attempt: 1, since: 0, at: 0 });

const events = {
  c: channel("connecting"),
  l: channel("live"),
  x: channel("reconnecting"),
  f: channel("failed"),
  e: channel("closed"),
  p: status(paused(OP)),
  r: status(running(OP)),
  t: status(terminated(OP, "fleet")),
  u: status(terminated(OTHER)),
  v: status(terminated("third")),
};

const ends = { "3": ExitCode.opTerminated, "4": ExitCode.channelFailed };

describe("watchEnd", () => {
  for (const [what, opIds, marbles, expected] of [
    ["ends with 4 when the channel has failed", [], "cf", "-(4|)"],
    ["ends with 4 when the channel is closed", [OP], "cle", "--(4|)"],
    ["goes on while the channel is won back", [OP], "clxlx", "-----"],
    ["ends with 3 when the one op that was named is terminated", [OP], "cprt", "---(3|)"],
    ["ends with 3 when the last of them is", [OP, OTHER], "ctu", "--(3|)"],
    ["goes on while one of them is left, however often another is terminated", [OP, OTHER], "cttv", "----"],
    ["counts an op once that was named twice", [OP, OP], "ct", "-(3|)"],
    ["goes on whatever is terminated where none was named", [], "ctuv", "----"],
  ] as const) {
    it(what, () => {
      testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
        const events$ = hot(marbles, events);
        expectObservable(watchEnd(events$, opIds)).toBe(expected, ends);
        const end = expected.indexOf("(");
        expectSubscriptions(events$.subscriptions).toBe(end < 0 ? "^" : `^${"-".repeat(end - 1)}!`);
      });
    });
  }

  it("starts anew for each subscriber", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const end$ = watchEnd(cold("t", events), [OP]);
      expectObservable(end$).toBe("(3|)", ends);
      expectObservable(end$, "-^").toBe("-(3|)", ends);
    });
  });

  it("lets all be told first that comes in the same turn: the signal after the status that it changed", async () => {
    const events$ = new Subject<WatchEvent>();
    const told: string[] = [];
    const ended = firstValueFrom(
      merge(
        events$.pipe(
          tap(({ type }) => told.push(type)),
          ignoreElements(),
        ),
        watchEnd(events$, [OP]),
      ),
    );
    events$.next(events.t);
    events$.next({ type: "signal", ...terminate(), at: 0 });

    expect(await ended).to.equal(ExitCode.opTerminated);
    expect(told).to.deep.equal(["status", "signal"]);
  });
});
