import { expect } from "chai";
import { map, mergeMap, Observable, of, Subject } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { throwOnTerminated } from "../../lib/operators/throwOnTerminated.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, paused, running, statuses, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const wasTerminated = new OpTerminatedError(OP, "op");

describe("throwOnTerminated", () => {
  it("passes statuses on as they are until one says that the op is terminated, and errors then", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r--p-p-r--t--r", statuses);
      const subs = "      ^---------!   ";
      const expected = "  r--p-p-r--#   ";

      expectObservable(status.pipe(throwOnTerminated())).toBe(expected, statuses, wasTerminated);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors when the op is terminated already", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("t---", statuses);
      const subs = "       (^!)";
      const expected = "   #   ";

      expectObservable(status.pipe(throwOnTerminated())).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("has the error name the op and the scope", () => {
    for (const scope of ["op", "agent", "fleet"] as const) {
      const error = errorOf(of(terminated("some:op", scope)).pipe(throwOnTerminated()), OpTerminatedError);
      expect(error).to.include({ opId: "some:op", scope });
    }
  });

  it("passes the very objects on", () => {
    const given = [running(), paused()];

    const { values } = record(of(...given).pipe(throwOnTerminated()));

    expect(values[0]).to.equal(given[0]);
    expect(values[1]).to.equal(given[1]);
  });

  it("stays silent where nothing is ever told", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("-", statuses);
      const subs = "       ^";
      const expected = "   -";

      expectObservable(status.pipe(throwOnTerminated())).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("completes with its source: empty, one, many", () => {
    for (const marbles of ["|", "--|", "r--|", "(p|)", "r-p-r-(p|)"]) {
      testScheduler().run(({ cold, expectObservable }) => {
        expectObservable(cold(marbles, statuses).pipe(throwOnTerminated())).toBe(marbles, statuses);
      });
    }
  });

  it("passes the error of its source on", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const unavailable = new OpControlUnavailableError("the channel has failed");
      const status = cold("p--#", statuses, unavailable);
      const subs = "       ^--!";
      const expected = "   p--#";

      expectObservable(status.pipe(throwOnTerminated())).toBe(expected, statuses, unavailable);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("lets go of its source when it is unsubscribed early, also within a chain", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("r-p--r-t", statuses);
      const subs = "      ^--!    ";
      const unsub = "     ^--!    ";
      const expected = "  r-p-    ";

      const result = status.pipe(
        mergeMap((one) => of(one)),
        throwOnTerminated(),
        mergeMap((one) => of(one)),
      );

      expectObservable(result, unsub).toBe(expected, statuses);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("stops listening to a synchronous source", () => {
    const sideEffects: string[] = [];
    const status$ = new Observable<OpStatus>((subscriber) => {
      for (const status of [paused(), terminated(), running()]) {
        if (subscriber.closed) return;
        sideEffects.push(status.state);
        subscriber.next(status);
      }
    });

    const { values } = record(status$.pipe(throwOnTerminated()));

    expect(values).to.deep.equal([paused()]);
    expect(sideEffects).to.deep.equal(["paused", "terminated"]);
  });

  it("lets go of its source when a callback downstream throws", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("--p-r-t", statuses);
      const subs = "      ^-!    ";
      const expected = "  --#    ";
      const thrown = new Error("thrown downstream");

      const project = map((): never => {
        throw thrown;
      });

      expectObservable(status.pipe(throwOnTerminated(), project)).toBe(expected, undefined, thrown);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors once when its own subscriber causes the terminate, and lets go of its source", () => {
    const status$ = new Subject<OpStatus>();
    const told: string[] = [];
    status$.pipe(throwOnTerminated()).subscribe({
      next: ({ state }) => {
        told.push(state);
        status$.next(terminated());
        status$.next(running());
      },
      error: () => told.push("errors"),
    });

    status$.next(paused());

    expect(told).to.deep.equal(["paused", "errors"]);
    expect(status$.observed).to.equal(false);
  });

  it("serves two sources with one operator value", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const statusA = hot("p--t--", statuses);
      const expectedA = "  p--#--";
      const statusB = hot("r----p", statuses);
      const expectedB = "  r----p";

      const throwing = throwOnTerminated();

      expectObservable(statusA.pipe(throwing)).toBe(expectedA, statuses, wasTerminated);
      expectObservable(statusB.pipe(throwing)).toBe(expectedB, statuses);
    });
  });
});
