import { expect } from "chai";
import { Observable, of, Subscription, take } from "rxjs";
import { Multicast } from "../../lib/ops/Multicast.js";
import { testScheduler } from "../helpers/marbles.js";
import { record } from "../helpers/record.js";
import { subscribeThrowing } from "../helpers/subscribeThrowing.js";

const neverThrown = (thrown: unknown) => expect.fail(`thrown: ${String(thrown)}`);

describe("Multicast", () => {
  const failure = new Error("the channel has failed");

  it("is hot: everyone is told what comes while they are subscribed, and nothing else", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot(" -a-b-c-d-|");
      const sub1 = "       ^----!    ";
      const expected1 = "  -a-b-     ";
      const sub2 = "       --^-------";
      const expected2 = "  ---b-c-d-|";
      const sub3 = "       ----------^";
      const expected3 = "  ----------|";
      const subs = "       ^--------!";

      const multicast = new Multicast<string>(neverThrown);
      source.subscribe(multicast);
      expectObservable(multicast.asObservable(), sub1).toBe(expected1);
      expectObservable(multicast.asObservable(), sub2).toBe(expected2);
      expectObservable(multicast.asObservable(), sub3).toBe(expected3);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("is observed while anybody is subscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    expect(multicast.observed).to.be.false;
    const first = record(multicast.asObservable());
    expect(multicast.observed).to.be.true;
    const second = record(multicast.asObservable());
    first.subscription.unsubscribe();
    expect(multicast.observed).to.be.true;
    second.subscription.unsubscribe();
    expect(multicast.observed).to.be.false;
  });

  it("ends with an error, also for those who come later", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" -a-#", undefined, failure);
      const expected1 = "  -a-#";
      const sub2 = "       -----^";
      const expected2 = "  -----#";

      const multicast = new Multicast<string>(neverThrown);
      source.subscribe(multicast);
      expectObservable(multicast.asObservable()).toBe(expected1, undefined, failure);
      expectObservable(multicast.asObservable(), sub2).toBe(expected2, undefined, failure);
    });
  });

  it("tells nothing after its end, of which there is one", () => {
    const multicast = new Multicast<string>(neverThrown);
    const { values, end } = record(multicast.asObservable());
    multicast.complete();
    multicast.error(failure);
    multicast.next("late");
    expect(values).to.be.empty;
    expect(end).to.be.undefined;
    expect(record(multicast.asObservable())).to.deep.include({ values: [], end: "completed" });
  });

  it("tells them in the order in which they subscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    const told: string[] = [];
    for (const name of ["first", "second", "third"]) {
      multicast.asObservable().subscribe((value) => told.push(`${name} ${value}`));
    }
    multicast.next("a");
    expect(told).to.deep.equal(["first a", "second a", "third a"]);
  });

  it("is observed while anyone is subscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    expect(multicast.observed).to.be.false;
    const first = record(multicast.asObservable()).subscription;
    const second = record(multicast.asObservable()).subscription;
    first.unsubscribe();
    expect(multicast.observed).to.be.true;
    second.unsubscribe();
    expect(multicast.observed).to.be.false;
  });

  for (const end of ["error", "complete"] as const) {
    it(`holds on to nobody after ${end}`, () => {
      const multicast = new Multicast<string>(neverThrown);
      record(multicast.asObservable());
      expect(multicast.ended).to.be.false;
      multicast[end](failure);
      record(multicast.asObservable());
      expect(multicast.ended).to.be.true;
      expect(multicast.observed).to.be.false;
      expect(multicast.subscribers()).to.be.empty;
    });
  }

  it("holds on to nobody who has unsubscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    const { subscription } = record(multicast.asObservable());
    multicast.next("a");
    subscription.unsubscribe();
    expect(multicast.subscribers()).to.be.empty;
  });

  it("holds on to nobody who had enough before it subscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    multicast.asObservable().pipe(take(0)).subscribe();
    expect(multicast.observed).to.be.false;
  });

  it("counts who is subscribed", () => {
    const multicast = new Multicast<string>(neverThrown);
    expect(multicast.size).to.equal(0);
    const recordings = [1, 2, 3].map((size) => {
      const recording = record(multicast.asObservable());
      expect(multicast.size).to.equal(size);
      return recording;
    });
    for (const { subscription } of recordings) subscription.unsubscribe();
    expect(multicast.size).to.equal(0);
  });

  describe("when a subscriber acts on what it is told", () => {
    it("does not tell someone who subscribes meanwhile", () => {
      const multicast = new Multicast<string>(neverThrown);
      const late: string[] = [];
      multicast
        .asObservable()
        .pipe(take(1))
        .subscribe(() => {
          multicast.asObservable().subscribe((value) => late.push(value));
        });
      multicast.next("a");
      expect(late).to.be.empty;
      multicast.next("b");
      expect(late).to.deep.equal(["b"]);
    });

    it("does not tell someone behind it whom it has unsubscribed", () => {
      const multicast = new Multicast<string>(neverThrown);
      const behind = new Subscription();
      multicast.asObservable().subscribe(() => behind.unsubscribe());
      const second: string[] = [];
      behind.add(multicast.asObservable().subscribe((value) => second.push(value)));
      const third = record(multicast.asObservable());
      multicast.next("a");
      expect(second).to.be.empty;
      expect(third.values).to.deep.equal(["a"]);
    });

    it("tells the others when it unsubscribes itself", () => {
      const multicast = new Multicast<string>(neverThrown);
      const first = record(multicast.asObservable().pipe(take(1)));
      const second = record(multicast.asObservable());
      multicast.next("a");
      multicast.next("b");
      expect(first.values).to.deep.equal(["a"]);
      expect(second.values).to.deep.equal(["a", "b"]);
    });

    it("ends someone who subscribes while the end is told", () => {
      const multicast = new Multicast<string>(neverThrown);
      let late: unknown;
      multicast.asObservable().subscribe({
        complete: () => {
          late = record(multicast.asObservable()).end;
        },
      });
      multicast.complete();
      expect(late).to.equal("completed");
    });
  });

  describe("when a subscriber throws", () => {
    const thrown = new Error("thrown past RxJS");

    it("tells the others all the same, and reports it", () => {
      const reported: unknown[] = [];
      const multicast = new Multicast<string>((error) => reported.push(error));
      const before = record(multicast.asObservable());
      subscribeThrowing(multicast.asObservable(), thrown);
      const behind = record(multicast.asObservable());
      multicast.next("a");
      multicast.next("b");
      multicast.complete();
      expect(before).to.deep.include({ values: ["a", "b"], end: "completed" });
      expect(behind).to.deep.include({ values: ["a", "b"], end: "completed" });
      expect(reported).to.have.ordered.members([thrown, thrown]);
    });
  });

  for (const [prepare, end] of [
    ["prepareError", failure],
    ["prepareComplete", "completed"],
  ] as const) {
    describe(prepare, () => {
      it("ends it at once for those who come, and tells the others when asked to", () => {
        const multicast = new Multicast<string>(neverThrown);
        const early = record(multicast.asObservable());
        const tell = multicast[prepare](failure);
        expect(multicast.ended).to.be.true;
        expect(record(multicast.asObservable()).end).to.equal(end);
        expect(early.end).to.be.undefined;
        tell();
        expect(early).to.deep.include({ values: [], end });
      });

      it("does nothing the second time", () => {
        const multicast = new Multicast<string>(neverThrown);
        const early = record(multicast.asObservable());
        multicast.complete();
        multicast[prepare](failure)();
        expect(early.end).to.equal("completed");
        expect(record(multicast.asObservable()).end).to.equal("completed");
      });

      it("lets those leave who are not told yet", () => {
        const multicast = new Multicast<string>(neverThrown);
        const early = record(multicast.asObservable());
        const tell = multicast[prepare](failure);
        early.subscription.unsubscribe();
        tell();
        expect(early.end).to.be.undefined;
        expect(multicast.observed).to.be.false;
      });
    });
  }

  it("says once of a subscriber that it has left, when it is no longer there", () => {
    const multicast = new Multicast<string>(neverThrown);
    const observed: boolean[] = [];
    const left$ = new Observable<string>((subscriber) => {
      multicast.add(subscriber, () => observed.push(multicast.observed));
    });
    record(left$).subscription.unsubscribe();
    expect(observed).to.deep.equal([false]);
    record(left$.pipe(take(1)));
    multicast.next("a");
    expect(observed).to.deep.equal([false, false]);
    record(left$);
    multicast.complete();
    expect(observed).to.deep.equal([false, false, false]);
  });

  it("tells those only whom it is asked to", () => {
    const multicast = new Multicast<string>(neverThrown);
    const first = record(multicast.asObservable());
    const then = multicast.subscribers();
    const second = record(multicast.asObservable());
    multicast.next("a", then);
    expect(first.values).to.deep.equal(["a"]);
    expect(second.values).to.be.empty;
    expect(then).to.have.lengthOf(1);
  });

  it("can stand in as the observer of a source", () => {
    const multicast = new Multicast<number>(neverThrown);
    const { values } = record(multicast.asObservable());
    of(1, 2).subscribe(multicast);
    expect(values).to.deep.equal([1, 2]);
  });
});
