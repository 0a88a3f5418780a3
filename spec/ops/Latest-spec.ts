import { expect } from "chai";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { Latest, LatestStatus } from "../../lib/ops/Latest.js";
import { paused, running, statuses, terminated } from "../helpers/opControl.js";
import { testScheduler } from "../helpers/marbles.js";
import { record } from "../helpers/record.js";
import { subscribeThrowing } from "../helpers/subscribeThrowing.js";

const neverThrown = (thrown: unknown) => expect.fail(`thrown: ${String(thrown)}`);

describe("Latest", () => {
  const failure = new Error("the channel has failed");

  it("starts everyone with the latest value", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" --a---b---");
      const sub1 = "       ^-------!";
      const expected1 = "  i-a---b-";
      const sub2 = "       ----^-----";
      const expected2 = "  ----a-b---";

      const latest = new Latest<string>("i", neverThrown);
      source.subscribe(latest);
      expectObservable(latest.asObservable(), sub1).toBe(expected1);
      expectObservable(latest.asObservable(), sub2).toBe(expected2);
    });
  });

  it("gives its last value, unlike a BehaviorSubject, also after it has completed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" --a--|   ");
      const expected1 = "  i-a--|   ";
      const sub2 = "       -------^ ";
      const expected2 = "  -------(a|)";

      const latest = new Latest<string>("i", neverThrown);
      source.subscribe(latest);
      expectObservable(latest.asObservable()).toBe(expected1);
      expectObservable(latest.asObservable(), sub2).toBe(expected2);
    });
  });

  it("gives nothing but the error after it has failed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" --a--#", undefined, failure);
      const expected1 = "  i-a--#";
      const sub2 = "       -------^ ";
      const expected2 = "  -------#";

      const latest = new Latest<string>("i", neverThrown);
      source.subscribe(latest);
      expectObservable(latest.asObservable()).toBe(expected1, undefined, failure);
      expectObservable(latest.asObservable(), sub2).toBe(expected2, undefined, failure);
    });
  });

  it("has one end: an error after it has completed is none", () => {
    const latest = new Latest<string>("i", neverThrown);
    latest.complete();
    latest.error(failure);
    expect(record(latest.asObservable())).to.deep.include({ values: ["i"], end: "completed" });
  });

  it("has the value before anyone is told of it", () => {
    const latest = new Latest<string>("i", neverThrown);
    const seen: string[] = [];
    latest.asObservable().subscribe(() => seen.push(latest.value));
    latest.next("a");
    expect(seen).to.deep.equal(["i", "a"]);
  });

  it("tells a subscriber of the change that it causes itself on being told where things stand", () => {
    const latest = new Latest<string>("i", neverThrown);
    const told: string[] = [];
    latest.asObservable().subscribe((value) => {
      told.push(value);
      if (value === "i") latest.next("a");
    });
    expect(told).to.deep.equal(["i", "a"]);
  });

  it("tells one who had enough with the latest value nothing more, and does not hold on to it", () => {
    const latest = new LatestStatus(running(), neverThrown);
    const { values, end } = record(latest.asObservable().pipe(awaitOp()));
    latest.next(paused());
    expect(values).to.deep.equal([running()]);
    expect(end).to.equal("completed");
    expect(latest.observed).to.be.false;
  });

  it("does not keep a subscriber that throws at its first value, and goes on for the others", () => {
    const latest = new Latest<string>("i", neverThrown);
    subscribeThrowing(latest.asObservable(), new Error("thrown past RxJS"));
    expect(latest.observed).to.be.false;
    expect(record(latest.asObservable()).values).to.deep.equal(["i"]);
  });

  describe("prepareError", () => {
    it("gives nothing but the error at once to those who come, and tells it to the others when asked to", () => {
      const latest = new Latest<string>("i", neverThrown);
      const early = record(latest.asObservable());
      const tell = latest.prepareError(failure);
      expect(record(latest.asObservable())).to.deep.include({ values: [], end: failure });
      expect(early.end).to.be.undefined;
      tell();
      expect(early).to.deep.include({ values: ["i"], end: failure });
    });
  });

  describe("prepare", () => {
    it("takes the value over at once and tells it when asked to", () => {
      const latest = new Latest<string>("i", neverThrown);
      const { values } = record(latest.asObservable());
      const tell = latest.prepare("a");
      expect(latest.value).to.equal("a");
      expect(values).to.deep.equal(["i"]);
      tell();
      expect(values).to.deep.equal(["i", "a"]);
    });

    it("tells it once to one who comes between", () => {
      const latest = new Latest<string>("i", neverThrown);
      const tell = latest.prepare("a");
      const { values } = record(latest.asObservable());
      tell();
      expect(values).to.deep.equal(["a"]);
    });

    it("does not tell it to one who has left between", () => {
      const latest = new Latest<string>("i", neverThrown);
      const { values, subscription } = record(latest.asObservable());
      const tell = latest.prepare("a");
      subscription.unsubscribe();
      tell();
      expect(values).to.deep.equal(["i"]);
    });
  });
});

describe("LatestStatus", () => {
  const failure = new Error("the channel has failed");

  for (const [state, marbles] of [
    ["running", "   r-----#"],
    ["paused", "    r-p---#"],
    ["terminated", "r-t---#"],
  ] as const) {
    const outlives = state === "terminated";

    it(`${outlives ? "still reports" : "tells nobody any more of"} an op that is ${state} once it has failed`, () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const source = hot(marbles, statuses, failure);
        const sub = "           --------^";
        const late = outlives ? "--------(t#)" : "--------#";

        const latest = new LatestStatus(running(), neverThrown);
        source.subscribe(latest);
        expectObservable(latest.asObservable(), sub).toBe(late, statuses, failure);
      });
    });
  }

  it("lets nobody run who asks after it has failed", () => {
    const latest = new LatestStatus(running(), neverThrown);
    latest.error(failure);
    expect(record(latest.asObservable().pipe(awaitOp()))).to.deep.include({ values: [], end: failure });
  });

  it("gives the last status of any op once it has completed", () => {
    for (const status of [running(), paused(), terminated()]) {
      const latest = new LatestStatus(status, neverThrown);
      latest.complete();
      expect(record(latest.asObservable())).to.deep.include({ values: [status], end: "completed" });
    }
  });
});
