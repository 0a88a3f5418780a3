import { getEventListeners } from "node:events";
import { expect } from "chai";
import { listenForAbort } from "../lib/listenForAbort.js";

describe("listenForAbort", () => {
  let controller: AbortController;
  let told: string[];

  beforeEach(() => {
    controller = new AbortController();
    told = [];
  });

  function listen(name: string, then?: () => void): () => void {
    return listenForAbort(controller.signal, () => {
      told.push(name);
      then?.();
    });
  }

  it("tells everyone, in order and once", () => {
    for (const name of ["a", "b", "c"]) listen(name);
    controller.abort();

    expect(told).to.deep.equal(["a", "b", "c"]);
  });

  it("has one listener at the signal, however many listen, and none when they have stopped", () => {
    const stops = Array.from({ length: 20 }, (_, index) => listen(`${index}`));
    expect(getEventListeners(controller.signal, "abort")).to.have.lengthOf(1);
    for (const stop of stops) stop();
    expect(getEventListeners(controller.signal, "abort")).to.be.empty;
    controller.abort();

    expect(told).to.be.empty;
  });

  it("listens anew after all have stopped, and stopping twice stops nobody else", () => {
    const stop = listen("a");
    stop();
    listen("b");
    stop();
    controller.abort();

    expect(told).to.deep.equal(["b"]);
  });

  it("tells nobody who was stopped by one that was told before", () => {
    let stop = (): void => undefined;
    listen("a", () => {
      stop();
    });
    stop = listen("b");
    controller.abort();

    expect(told).to.deep.equal(["a"]);
  });

  it("takes the same listener twice for two", () => {
    const listener = (): void => {
      told.push("x");
    };
    listenForAbort(controller.signal, listener);
    listenForAbort(controller.signal, listener)();
    controller.abort();

    expect(told).to.deep.equal(["x"]);
  });

  it("leaves nothing at the signal after its abort", () => {
    listen("a");
    controller.abort();

    expect(getEventListeners(controller.signal, "abort")).to.be.empty;
  });
});
