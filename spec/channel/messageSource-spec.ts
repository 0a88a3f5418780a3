import { expect } from "chai";
import { map, of, Subject } from "rxjs";
import { messageSource } from "../../lib/channel/messageSource.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { testScheduler } from "../helpers/marbles.js";
import { pause, signals } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

const live = { type: "status", status: { state: "live", attempt: 1, since: 0 } };
const message = (given: unknown) => ({ type: "message", message: given });
const events = { l: live, P: message(signals.P), R: message(signals.R), T: message(signals.T) };

/** Without the time, for what is not told in virtual time. */
function told(events: readonly ChannelEvent[]): unknown[] {
  return events.map((event) => {
    if (event.type === "status") return event.status.state;
    return event.type === "message" ? event.message : event.diagnostic;
  });
}

describe("messageSource", () => {
  it("is live from the start and passes every message on", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const messages = hot("--P--R--T--", signals);
      const subs = "        ^----------";
      const expected = "    l-P--R--T--";

      expectObservable(messageSource(messages)).toBe(expected, events);
      expectSubscriptions(messages.subscriptions).toBe(subs);
    });
  });

  it("is live before a message that is there at once", () => {
    expect(told(record(messageSource([pause()])).values)).to.deep.equal(["live", pause()]);
  });

  it("completes when the messages do: never, empty, one, many", () => {
    for (const [marbles, expected] of [
      ["-", "         l"],
      ["|", "         (l|)"],
      ["--|", "       l-|"],
      ["--(P|)", "    l-(P|)"],
      ["--P-R-T-|", " l-P-R-T-|"],
    ] as const) {
      testScheduler().run(({ cold, expectObservable }) => {
        expectObservable(messageSource(cold(marbles, signals))).toBe(expected, events);
      });
    }
  });

  it("errors when the messages do", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const gone = new Error("the bus is gone");
      const messages = cold("--P--#", signals, gone);
      const expected = "     l-P--#";

      expectObservable(messageSource(messages)).toBe(expected, events, gone);
    });
  });

  it("lets go of the messages when it is unsubscribed", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const messages = hot("--P--R--", signals);
      const subs = "        ^---!   ";
      const unsub = "       ^---!   ";
      const expected = "    l-P--   ";

      expectObservable(messageSource(messages), unsub).toBe(expected, events);
      expectSubscriptions(messages.subscriptions).toBe(subs);
    });
  });

  it("is cold: it subscribes the messages when it is subscribed, and each time", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const messages = cold("-P|", signals);
      const subsA = "        ^-!    ";
      const expectedA = "    lP|    ";
      const subsB = "        ----^-!";
      const expectedB = "    ----lP|";

      const source = messageSource(messages).pipe(map(({ type }) => type));
      const types = { l: "status", P: "message" };

      expectObservable(source).toBe(expectedA, types);
      expectObservable(source, "----^").toBe(expectedB, types);
      expectSubscriptions(messages.subscriptions).toBe([subsA, subsB]);
    });
  });

  it("does not look at the messages: what they are is for the core to find", () => {
    const rubbish = [null, undefined, 7, "PAUSE", {}, { opId: "" }];

    expect(told(record(messageSource(rubbish)).values)).to.deep.equal(["live", ...rubbish]);
  });

  it("takes a Promise, an iterable and an async iterable", async () => {
    const { P, R } = signals;
    async function* generate() {
      yield await Promise.resolve(P);
      yield R;
    }
    for (const [messages, expected] of [
      [Promise.resolve(P), [P]],
      [new Set([P, R]), [P, R]],
      [generate(), [P, R]],
      [of(P, R), [P, R]],
    ] as const) {
      const events: ChannelEvent[] = [];
      await messageSource(messages).forEach((event) => events.push(event));
      expect(told(events)).to.deep.equal(["live", ...expected]);
    }
  });

  it("passes a message on in the same tick", () => {
    const messages$ = new Subject<unknown>();
    const seen = record(messageSource(messages$));

    messages$.next(pause());

    expect(told(seen.values)).to.deep.equal(["live", pause()]);
  });

  it("refuses what is no source of messages, at once", () => {
    for (const messages of [undefined, null, 7, {}]) {
      expect(() => messageSource(messages as never)).to.throw(TypeError);
    }
  });
});
