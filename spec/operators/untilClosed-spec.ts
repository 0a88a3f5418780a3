import { expect } from "chai";
import { of, Subject, Subscription } from "rxjs";
import { untilClosed } from "../../lib/operators/untilClosed.js";
import { gateMarbles } from "../helpers/gateMarbles.js";
import { naturals } from "../helpers/naturals.js";
import { record } from "../helpers/record.js";

describe("untilClosed", () => {
  for (const [what, marbles, subs] of [
    ["never emits", "---", "^--"],
    ["is empty", "|", "(^!)"],
    ["has one value", "--(a|)", "^-!"],
    ["has many", "-a-b-c-|", "^------!"],
    ["errors", "-a-#", "^--!"],
  ] as const) {
    it(`passes a source on as it is while the subscription is open (${what})`, () => {
      gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold(marbles);

        expectObservable(source.pipe(untilClosed(new Subscription()))).toBe(marbles);
        expectSubscriptions(source.subscriptions).toBe(subs);
      });
    });
  }

  it("ends the source once the subscription is closed", () => {
    const source$ = new Subject<string>();
    const subscription = new Subscription();
    const ended = record(source$.pipe(untilClosed(subscription)));

    source$.next("a");
    subscription.unsubscribe();
    source$.next("b");

    expect(ended.values).to.deep.equal(["a"]);
    expect(ended.end).to.equal("completed");
    expect(source$.observed).to.equal(false);
  });

  it("ends a source that is still being subscribed", () => {
    const { natural$, asked } = naturals();
    const subscription = new Subscription();
    const values: number[] = [];
    natural$.pipe(untilClosed(subscription)).subscribe((value) => {
      values.push(value);
      if (value === 3) subscription.unsubscribe();
    });

    expect(values).to.deep.equal([1, 2, 3]);
    expect(asked()).to.equal(3);
  });

  it("never subscribes the source once the subscription is closed", () => {
    gateMarbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold("-a-|");
      const subscription = new Subscription();
      subscription.unsubscribe();

      expectObservable(source.pipe(untilClosed(subscription))).toBe("|");
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it("lets go of the source when it is unsubscribed early, and leaves the subscription open", () => {
    const source$ = new Subject<string>();
    const subscription = new Subscription();
    const early = record(source$.pipe(untilClosed(subscription)));

    early.subscription.unsubscribe();

    expect(source$.observed).to.equal(false);
    expect(subscription.closed).to.equal(false);
    subscription.unsubscribe();
    expect(early.end).to.equal(undefined);
  });

  it("serves two sources with one operator value", () => {
    const subscription = new Subscription();
    const ending = untilClosed<string>(subscription);
    const source$ = new Subject<string>();
    const [open, whole] = [record(source$.pipe(ending)), record(of("a", "b").pipe(ending))];

    expect(whole.values).to.deep.equal(["a", "b"]);
    source$.next("c");
    subscription.unsubscribe();
    expect(open.values).to.deep.equal(["c"]);
    expect(open.end).to.equal("completed");
  });
});
