import { expect } from "chai";
import { BehaviorSubject, map, mergeMap, Observable, of, Subject, throwError } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, paused, running, statuses, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const wasTerminated = new OpTerminatedError(OP, "op");

describe("failOnTerminate", () => {
  it("passes every value on, also during a pause", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p------r-p------", statuses);
      const source = hot("-a-b-(cd)--e-f-g-|");
      const subs = "      ^----------------!";
      const expected = "  -a-b-(cd)--e-f-g-|";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors on terminate and lets go of both at once", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p---t--", statuses);
      const source = hot("-a-b-c-d-");
      const subs = "      ^-----!  ";
      const expected = "  -a-b-c#  ";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("never subscribes the source of an op that is terminated already", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source = hot("-a-b");
      const expected = "  #   ";
      const status$ = new BehaviorSubject(terminated());

      expectObservable(source.pipe(failOnTerminate(status$))).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(source.subscriptions).toBe([]);
    });
  });

  it("has the error name the op and the scope", () => {
    for (const scope of ["op", "agent", "fleet"] as const) {
      const result = of("a").pipe(failOnTerminate(of(terminated("some:op", scope))));
      expect(errorOf(result, OpTerminatedError)).to.include({ opId: "some:op", scope });
    }
  });

  it("lets whichever comes first in one tick come first", () => {
    const status$ = new BehaviorSubject(running());
    const source$ = new Subject<string>();
    const before = record(source$.pipe(failOnTerminate(status$)));

    source$.next("a");
    status$.next(terminated());
    source$.next("b");

    expect(before.values).to.deep.equal(["a"]);
    expect(before.end).to.be.instanceOf(OpTerminatedError);
  });

  it("waits with a source that never emits, and fails with it on terminate", () => {
    testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const status = hot(" r--p-t", statuses);
      const source = cold("-");
      const subs = "       ^----!";
      const expected = "   -----#";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  for (const [what, marbles, subs] of [
    ["is empty", "|", "(^!)"],
    ["has one value", "--(a|)", "^-!"],
    ["has many", "-a-b-c-|", "^------!"],
  ] as const) {
    it(`completes at once with a source that ${what}, also during a pause`, () => {
      testScheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
        const status = hot("p", statuses);
        const source = cold(marbles);

        expectObservable(source.pipe(failOnTerminate(status))).toBe(marbles);
        expectSubscriptions(source.subscriptions).toBe(subs);
        expectSubscriptions(status.subscriptions).toBe(subs);
      });
    });
  }

  it("passes the error of the source on", () => {
    testScheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const status = hot(" r-p---t", statuses);
      const source = cold("-a--#   ");
      const subs = "       ^---!   ";
      const expected = "   -a--#   ";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors when the statuses do: the channel has failed", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const unavailable = new OpControlUnavailableError("the channel has failed");
      const status = hot("r---#  ", statuses, unavailable);
      const source = hot("-a-b-c-");
      const subs = "      ^---!  ";
      const expected = "  -a-b#  ";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected, undefined, unavailable);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("never subscribes the source when the statuses error at once", () => {
    const unavailable = new OpControlUnavailableError("the channel has failed");
    let subscribed = false;
    const source$ = new Observable<string>(() => {
      subscribed = true;
    });

    const result = source$.pipe(failOnTerminate(throwError(() => unavailable)));

    expect(errorOf(result, OpControlUnavailableError)).to.equal(unavailable);
    expect(subscribed).to.equal(false);
  });

  it("goes on by the last status when the statuses end", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p-|     ", statuses);
      const statusSubs = "^---!     ";
      const source = hot("-a-b-c-d-|");
      const subs = "      ^--------!";
      const expected = "  -a-b-c-d-|";

      expectObservable(source.pipe(failOnTerminate(status))).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(statusSubs);
    });
  });

  it("passes values on where there is no status at all", () => {
    testScheduler().run(({ cold, hot, expectObservable }) => {
      const source = hot("-a-b-|");
      const expected = "  -a-b-|";

      expectObservable(source.pipe(failOnTerminate(cold("|")))).toBe(expected);
      expectObservable(source.pipe(failOnTerminate(cold("-")))).toBe(expected);
    });
  });

  it("lets go of both when it is unsubscribed early", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p----t", statuses);
      const source = hot("-a-b-c-d");
      const subs = "      ^---!   ";
      const unsub = "     ^---!   ";
      const expected = "  -a-b-   ";

      expectObservable(source.pipe(failOnTerminate(status)), unsub).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("does not break an unsubscription chain", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p----t", statuses);
      const source = hot("-a-b-c-d");
      const subs = "      ^---!   ";
      const unsub = "     ^---!   ";
      const expected = "  -a-b-   ";

      const result = source.pipe(
        mergeMap((value) => of(value)),
        failOnTerminate(status),
        mergeMap((value) => of(value)),
      );

      expectObservable(result, unsub).toBe(expected);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("passes a synchronous source on", () => {
    const { values, end } = record(of(1, 2, 3).pipe(failOnTerminate(of(paused()))));

    expect(values).to.deep.equal([1, 2, 3]);
    expect(end).to.equal("completed");
  });

  it("stops a synchronous source whose own value causes the terminate", () => {
    const status$ = new BehaviorSubject(running());
    const sideEffects: number[] = [];
    const source$ = new Observable<number>((subscriber) => {
      for (let value = 1; !subscriber.closed && value <= 10; value++) {
        sideEffects.push(value);
        subscriber.next(value);
      }
      subscriber.complete();
    });
    const told: unknown[] = [];
    source$.pipe(failOnTerminate(status$)).subscribe({
      next: (value) => {
        told.push(value);
        if (value === 2) status$.next(terminated());
      },
      error: (error: unknown) => told.push(error),
      complete: () => told.push("completes"),
    });

    expect(told).to.have.lengthOf(3);
    expect(told.slice(0, 2)).to.deep.equal([1, 2]);
    expect(told[2]).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "op" });
    expect(sideEffects).to.deep.equal([1, 2]);
    expect(status$.observed).to.equal(false);
  });

  it("passes no value that comes when the op is terminated already but the gate has yet to be told", () => {
    const status$ = new BehaviorSubject(running());
    const source$ = new Subject<string>();
    status$.subscribe(({ state }) => {
      source$.next(`told of ${state}`);
    });
    const { values, subscription } = record(source$.pipe(failOnTerminate(status$)));

    status$.next(paused());
    status$.next(terminated());

    expect(values).to.deep.equal(["told of paused"]);
    expect(subscription.closed).to.equal(true);
  });

  it("errors once, whatever is told after the terminate", () => {
    const status$ = new Subject<OpStatus>();
    const source$ = new Subject<string>();
    const told: string[] = [];
    source$.pipe(failOnTerminate(status$)).subscribe({
      next: (value) => told.push(value),
      error: () => {
        told.push("errors");
        source$.next("late");
        status$.next(terminated());
      },
      complete: () => told.push("completes"),
    });

    status$.next(terminated());
    source$.next("later");
    source$.complete();

    expect(told).to.deep.equal(["errors"]);
    expect(source$.observed).to.equal(false);
  });

  it("lets go of both when a callback downstream throws", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p----t", statuses);
      const source = hot("---a-b--");
      const subs = "      ^--!    ";
      const expected = "  ---#    ";
      const thrown = new Error("thrown downstream");

      const project = map((): never => {
        throw thrown;
      });

      expectObservable(source.pipe(failOnTerminate(status), project)).toBe(expected, undefined, thrown);
      expectSubscriptions(source.subscriptions).toBe(subs);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("serves two sources with one operator value, each with a subscription to the statuses of its own", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot(" r-----t-", statuses);
      const sourceA = hot("-a-b|   ");
      const subsA = "      ^---!   ";
      const expectedA = "  -a-b|   ";
      const sourceB = hot("--x---y-");
      const subsB = "      ^-----! ";
      const expectedB = "  --x---# ";

      const failing = failOnTerminate<string>(status);

      expectObservable(sourceA.pipe(failing)).toBe(expectedA);
      expectObservable(sourceB.pipe(failing)).toBe(expectedB, undefined, wasTerminated);
      expectSubscriptions(sourceA.subscriptions).toBe(subsA);
      expectSubscriptions(sourceB.subscriptions).toBe(subsB);
      expectSubscriptions(status.subscriptions).toBe([subsA, subsB]);
    });
  });
});
