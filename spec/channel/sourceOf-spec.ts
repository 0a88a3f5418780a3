import { expect } from "chai";
import { Subject } from "rxjs";
import { SignalObservable } from "../../lib/channel/SignalObservable.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { sourceOf } from "../../lib/channel/sourceOf.js";
import { channelEvents } from "../helpers/channelMarbles.js";
import { testScheduler } from "../helpers/marbles.js";
import { signals } from "../helpers/opControl.js";

describe("sourceOf", () => {
  it("takes a source with a state of its own by its events", () => {
    const events$ = new Subject<ChannelEvent>();
    expect(sourceOf(new SignalObservable(events$))).to.equal(events$);
  });

  it("takes any other for live until it ends", () => {
    testScheduler().run(({ cold, expectObservable }) => {
      expectObservable(sourceOf(cold("--P-R-|", signals))).toBe("l-P-R-|", channelEvents);
    });
  });

  it("refuses what is no source, at once", () => {
    for (const given of [undefined, null, 7, {}]) expect(() => sourceOf(given as never)).to.throw(TypeError);
  });
});
