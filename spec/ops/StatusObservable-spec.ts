import { expect } from "chai";
import { Observable } from "rxjs";
import type { OpStatus } from "../../lib/opStatus.js";
import { StatusObservable } from "../../lib/ops/StatusObservable.js";
import { paused, running, statuses } from "../helpers/opControl.js";
import { testScheduler } from "../helpers/marbles.js";

describe("StatusObservable", () => {
  it("is an Observable of what it subscribes to, each time", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold<OpStatus>("r-p-|", statuses);
      const sub1 = "                 ^----";
      const expected1 = "            r-p-|";
      const sub2 = "                 -^--!";
      const expected2 = "            -r-p";
      const subs = ["                ^---!", " -^--!"];

      const status$ = new StatusObservable(running, (subscriber) => source.subscribe(subscriber));
      expect(status$).to.be.instanceOf(Observable);
      expectObservable(status$, sub1).toBe(expected1, statuses);
      expectObservable(status$, sub2).toBe(expected2, statuses);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("has the status of this moment at hand, also while nobody is subscribed", () => {
    let status = running();
    const status$ = new StatusObservable(
      () => status,
      () => undefined,
    );
    expect(status$.value).to.deep.equal(running());
    status = paused();
    expect(status$.value).to.deep.equal(paused());
  });

  it("can only be read", () => {
    const status$ = new StatusObservable(running, () => undefined);
    expect(() => Object.assign(status$, { value: paused() })).to.throw(TypeError);
    expect(status$.value).to.deep.equal(running());
  });
});
