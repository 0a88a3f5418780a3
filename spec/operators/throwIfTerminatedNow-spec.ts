import { expect } from "chai";
import { BehaviorSubject, type MonoTypeOperatorFunction, NEVER, type Observable, of, Subject, throwError } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { dropWhilePaused } from "../../lib/operators/dropWhilePaused.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import { throwIfTerminatedNow } from "../../lib/operators/throwIfTerminatedNow.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { opMarbles } from "../../lib/testing/opMarbles.js";
import { testScheduler } from "../helpers/marbles.js";

const { r: running, t: terminated } = testScheduler().run((helpers) => opMarbles(helpers, { scope: "fleet" }).statuses);

describe("throwIfTerminatedNow", () => {
  it("passes values on, and completes where the op is not terminated", () => {
    expect(outcomeOf(of(1, 2), throwIfTerminatedNow(new BehaviorSubject(running)))).to.deep.equal([1, 2, "completed"]);
  });

  it("completes where the status stream does not have its status at hand", () => {
    expect(outcomeOf(of(1), throwIfTerminatedNow(NEVER))).to.deep.equal([1, "completed"]);
  });

  it("errors with the op and the scope where the op is terminated by then", () => {
    const [value, error] = outcomeOf(of(1), throwIfTerminatedNow(new BehaviorSubject(terminated)));

    expect(value).to.equal(1);
    expect(error).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: "op", scope: "fleet" });
  });

  it("errors so, too, where the source errors by then, and with the source's own error where the op is not", () => {
    const failed$ = throwError(() => new Error("the source's own"));

    expect(outcomeOf(failed$, throwIfTerminatedNow(new BehaviorSubject(terminated)))[0]).to.be.instanceOf(
      OpTerminatedError,
    );
    expect(outcomeOf(failed$, throwIfTerminatedNow(new BehaviorSubject(running)))[0]).to.include({
      message: "the source's own",
    });
  });

  for (const gate of [dropWhilePaused, failOnTerminate, holdWhilePaused] satisfies Gate[]) {
    it(`keeps ${gate.name} from completing where somebody who is told of the terminate first completes its source`, () => {
      const status$ = new BehaviorSubject(running);
      const source$ = new Subject<number>();
      status$.subscribe(({ state }) => {
        if (state === "terminated") source$.complete();
      });
      const outcome = record(source$.pipe(gate<number>(status$)));

      status$.next(terminated);

      expect(outcome).to.have.lengthOf(1);
      expect(outcome[0]).to.be.instanceOf(OpTerminatedError);
    });
  }
});

type Gate = <T>(status$: Observable<OpStatus>) => MonoTypeOperatorFunction<T>;

function outcomeOf<T>(source$: Observable<T>, operator: MonoTypeOperatorFunction<T>): unknown[] {
  return record(source$.pipe(operator));
}

function record(source$: Observable<unknown>): unknown[] {
  const outcome: unknown[] = [];
  source$.subscribe({
    next: (value) => outcome.push(value),
    error: (error: unknown) => outcome.push(error),
    complete: () => outcome.push("completed"),
  });
  return outcome;
}
