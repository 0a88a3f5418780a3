import { getEventListeners } from "node:events";
import { expect } from "chai";
import { aborted } from "../lib/aborted.js";
import { testScheduler } from "./helpers/marbles.js";
import { record } from "./helpers/record.js";

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, "abort").length;

describe("aborted", () => {
  const reason = new Error("enough");

  it("emits the reason when the signal is aborted, and completes", () => {
    const controller = new AbortController();
    testScheduler().run(({ cold, expectObservable }) => {
      cold("            ---a-").subscribe(() => controller.abort(reason));
      const expected = "---(e|)";
      expectObservable(aborted(controller.signal)).toBe(expected, { e: reason });
    });
    expect(listenersOf(controller.signal)).to.equal(0);
  });

  it("emits it at once where the signal is aborted already, without listening", () => {
    const signal = AbortSignal.abort(reason);
    const { values, end } = record(aborted(signal));
    expect(values).to.have.ordered.members([reason]);
    expect(end).to.equal("completed");
    expect(listenersOf(signal)).to.equal(0);
  });

  it("looks when it is subscribed, not when it is made", () => {
    const controller = new AbortController();
    const aborted$ = aborted(controller.signal);
    expect(listenersOf(controller.signal)).to.equal(0);
    controller.abort(reason);
    expect(record(aborted$).values).to.have.ordered.members([reason]);
  });

  it("emits nothing while the signal is not aborted", () => {
    const controller = new AbortController();
    const { values, end, subscription } = record(aborted(controller.signal));
    expect(values).to.be.empty;
    expect(end).to.be.undefined;
    subscription.unsubscribe();
  });

  it("gives the platform's reason where none was given", () => {
    const controller = new AbortController();
    const { values } = record(aborted(controller.signal));
    controller.abort();
    expect(values).to.have.lengthOf(1);
    expect(values[0]).to.have.property("name", "AbortError");
  });

  it("takes its listener away when it is unsubscribed", () => {
    const { signal } = new AbortController();
    const { subscription } = record(aborted(signal));
    expect(listenersOf(signal)).to.equal(1);
    subscription.unsubscribe();
    expect(listenersOf(signal)).to.equal(0);
  });

  it("takes its listener away once the signal is aborted", () => {
    const controller = new AbortController();
    record(aborted(controller.signal));
    controller.abort(reason);
    expect(listenersOf(controller.signal)).to.equal(0);
  });

  it("leaves nothing behind on a signal that outlives ten thousand waits", () => {
    const { signal } = new AbortController();
    for (let wait = 0; wait < 10_000; wait++) record(aborted(signal)).subscription.unsubscribe();
    expect(listenersOf(signal)).to.equal(0);
  });

  it("serves several at a time, each for itself", () => {
    const controller = new AbortController();
    const first = record(aborted(controller.signal));
    const second = record(aborted(controller.signal));
    first.subscription.unsubscribe();
    controller.abort(reason);
    expect(first.values).to.be.empty;
    expect(second.values).to.have.ordered.members([reason]);
  });
});
