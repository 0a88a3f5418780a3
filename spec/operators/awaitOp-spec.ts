import { expect } from "chai";
import { concat, map, mergeMap, NEVER, Observable, of, Subject } from "rxjs";
import { OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { OP, paused, running, statuses, terminated } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

const wasTerminated = new OpTerminatedError(OP, "op");

describe("awaitOp", () => {
  it("emits the status of a running op, once, and lets go of the statuses", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("--r--p--r--t--", statuses);
      const subs = "      ^-!           ";
      const expected = "  --(r|)        ";

      expectObservable(status.pipe(awaitOp())).toBe(expected, statuses);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("waits while the op is paused, by whichever scope", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("p--a--f--c--r--p--", {
        ...statuses,
        ...{ a: paused(OP, "agent"), f: paused(OP, "fleet"), c: paused(OP, "channel") },
      });
      const subs = "      ^-----------!";
      const expected = "  ------------(r|)";

      expectObservable(status.pipe(awaitOp())).toBe(expected, statuses);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors when the op is terminated already", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("t----", statuses);
      const subs = "       (^!) ";
      const expected = "   #    ";

      expectObservable(status.pipe(awaitOp())).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("errors when the op is terminated while it waits", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("p--t-r-", statuses);
      const subs = "       ^--!   ";
      const expected = "   ---#   ";

      expectObservable(status.pipe(awaitOp())).toBe(expected, undefined, wasTerminated);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("has the error name the op and the scope", () => {
    for (const scope of ["op", "agent", "fleet"] as const) {
      const error = errorOf(of(terminated("some:op", scope)).pipe(awaitOp()), OpTerminatedError);
      expect(error).to.include({ opId: "some:op", scope });
    }
  });

  it("waits for ever where nothing is ever told", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("-", statuses);
      const subs = "       ^";
      const expected = "   -";

      expectObservable(status.pipe(awaitOp())).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("completes without emitting where there is no status", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("|   ", statuses);
      const subs = "       (^!)";
      const expected = "   |   ";

      expectObservable(status.pipe(awaitOp())).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("completes without emitting when the statuses end while the op is paused", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("p--|", statuses);
      const subs = "       ^--!";
      const expected = "   ---|";

      expectObservable(status.pipe(awaitOp())).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("emits where a single status says that the op runs", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const status = cold("(r|)", statuses);
      const subs = "       (^!)";
      const expected = "   (r|)";

      expectObservable(status.pipe(awaitOp())).toBe(expected, statuses);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("passes the error of the statuses on: the channel has failed", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const unavailable = new OpControlUnavailableError("the channel has failed");
      const status = cold("p--#", statuses, unavailable);
      const subs = "       ^--!";
      const expected = "   ---#";

      expectObservable(status.pipe(awaitOp())).toBe(expected, undefined, unavailable);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("lets go of the statuses when it is unsubscribed early", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("p----r--", statuses);
      const subs = "      ^--!    ";
      const unsub = "     ^--!    ";
      const expected = "  ----    ";

      expectObservable(status.pipe(awaitOp()), unsub).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("does not break an unsubscription chain", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("p----r--", statuses);
      const subs = "      ^--!    ";
      const unsub = "     ^--!    ";
      const expected = "  ----    ";

      const result = status.pipe(
        mergeMap((one) => of(one)),
        awaitOp(),
        mergeMap((one) => of(one)),
      );

      expectObservable(result, unsub).toBe(expected);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("stops listening to a synchronous source", () => {
    const sideEffects: string[] = [];
    const status$ = new Observable<OpStatus>((subscriber) => {
      // This loop ends only if the operator lets go.
      for (const status of [paused(), running(), terminated(), running()]) {
        if (subscriber.closed) return;
        sideEffects.push(status.state);
        subscriber.next(status);
      }
    });

    const waiter = record(status$.pipe(awaitOp()));

    expect(waiter.values).to.deep.equal([running()]);
    expect(waiter.end).to.equal("completed");
    expect(sideEffects).to.deep.equal(["paused", "running"]);
  });

  it("lets go of the statuses when a callback downstream throws", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const status = hot("p-r-p-r", statuses);
      const subs = "      ^-!    ";
      const expected = "  --#    ";
      const thrown = new Error("thrown downstream");

      const project = map((): never => {
        throw thrown;
      });

      expectObservable(status.pipe(awaitOp(), project)).toBe(expected, undefined, thrown);
      expectSubscriptions(status.subscriptions).toBe(subs);
    });
  });

  it("emits once and completes when its own subscriber causes further statuses", () => {
    const status$ = new Subject<OpStatus>();
    const told: string[] = [];
    status$.pipe(awaitOp()).subscribe({
      next: ({ state }) => {
        told.push(state);
        status$.next(paused());
        status$.next(running());
        status$.next(terminated());
      },
      error: () => told.push("errors"),
      complete: () => told.push("completes"),
    });

    status$.next(running());

    expect(told).to.deep.equal(["running", "completes"]);
    expect(status$.observed).to.equal(false);
  });

  it("serves two sources with one operator value", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const statusA = hot("p--r--", statuses);
      const expectedA = "  ---(r|)";
      const statusB = hot("p----t", statuses);
      const expectedB = "  -----#";

      const awaiting = awaitOp();

      expectObservable(statusA.pipe(awaiting)).toBe(expectedA, statuses);
      expectObservable(statusA.pipe(awaiting)).toBe(expectedA, statuses);
      expectObservable(statusB.pipe(awaiting)).toBe(expectedB, undefined, wasTerminated);
    });
  });

  it("leaves nothing subscribed, however it ends", () => {
    for (const end of [
      (status$: Subject<OpStatus>) => {
        status$.next(running());
      },
      (status$: Subject<OpStatus>) => {
        status$.next(terminated());
      },
    ]) {
      const status$ = new Subject<OpStatus>();
      const waiter = record(concat(of(paused()), status$, NEVER).pipe(awaitOp()));
      expect(status$.observed).to.equal(true);

      end(status$);

      expect(status$.observed).to.equal(false);
      expect(waiter.subscription.closed).to.equal(true);
    }
  });
});
