import { expect } from "chai";
import { filter, Subject } from "rxjs";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { channelEvents, message } from "../helpers/channelMarbles.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, signals } from "../helpers/opControl.js";

const events = {
  ...channelEvents,
  d: { type: "diagnostic", diagnostic: { kind: "handover", reason: "age" } },
  n: message({ opId: OP, signal: 1 }),
  x: message({ opId: OP, signal: 0 }),
  y: message("TERMINATE"),
} as const satisfies Record<string, ChannelEvent>;

describe("SignalObservable", () => {
  it("emits the signals among the events, and subscribes the events once for that", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("c-l-P-rdlR-T--", events);
      const expected = "   ----P----R-T--";
      const subs = "       ^-------------";
      expectObservable(new SignalObservable(source)).toBe(expected, signals);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("reads the wire's numbers, and leaves out what is no signal", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      const source = cold("ln-x-y-R-", events);
      const expected = "   -P-----R-";
      expectObservable(new SignalObservable(source)).toBe(expected, signals);
    });
  });

  it("completes and errors as the events do", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      expectObservable(new SignalObservable(cold("lP-|", events))).toBe("-P-|", signals);
      expectObservable(new SignalObservable(cold("lP-#", events))).toBe("-P-#", signals);
    });
  });

  it("lets go of the events when it is unsubscribed", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("lP-R-", events);
      expectObservable(new SignalObservable(source), "^-!").toBe("-P", signals);
      expectSubscriptions(source.subscriptions).toBe("^-!");
    });
  });

  it("has all the events, as they are", () => {
    const source = new Subject<ChannelEvent>();
    expect(new SignalObservable(source).events$).to.equal(source);
  });

  it("is a plain Observable, without the events, once it is piped", () => {
    const piped = new SignalObservable(new Subject()).pipe(filter(Boolean));
    expect(piped).not.to.be.instanceOf(SignalObservable);
    expect(piped).not.to.have.property("events$");
  });
});
