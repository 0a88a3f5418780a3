import { expect } from "chai";
import { aborted } from "node:util";
import { keepWithResources } from "../lib/keepWithResources.js";
import { listenersOf } from "./helpers/abortSignals.js";
import { collectedUntil, collectEverything } from "./helpers/garbage.js";

describe("keepWithResources", () => {
  it("keeps the signal for as long as the resource of util.aborted lives, and no longer", async () => {
    let resource: object | undefined = {};
    const signal = waitedFor(resource);
    await collectEverything();
    expect(signal.deref()).to.be.instanceOf(AbortSignal);
    expect(resource).to.deep.equal({});
    resource = undefined;

    await collectedUntil(() => signal.deref() === undefined);

    expect(signal.deref()).to.equal(undefined);
  });

  it("keeps each of several signals that are waited for on behalf of one resource", async () => {
    const resource = {};
    const signals = [waitedFor(resource), waitedFor(resource)];
    await collectEverything();

    expect(signals.map((signal) => signal.deref())).to.not.include(undefined);
    expect(resource).to.deep.equal({});
  });

  it("listens as it is told, and stops", () => {
    const controller = new AbortController();
    const { signal } = controller;
    keepWithResources(signal);
    let told = 0;
    const listener = (): void => {
      told++;
    };
    const stopped = new AbortController();

    signal.addEventListener("abort", listener);
    signal.addEventListener("abort", listener, true);
    signal.addEventListener("abort", listener, { once: true });
    signal.addEventListener("abort", () => told++, { signal: stopped.signal });
    expect(listenersOf(signal)).to.equal(3);
    stopped.abort();
    signal.removeEventListener("abort", listener, true);
    controller.abort();

    expect(told).to.equal(1);
    expect(Object.keys(signal)).to.be.empty;
  });
});

/** A signal that only waits for its abort are left of; what is made in a function of its own is not kept by the test's. */
function waitedFor(resource: object): WeakRef<AbortSignal> {
  const { signal } = new AbortController();
  keepWithResources(signal);
  void aborted(signal, resource);
  return new WeakRef(signal);
}
