import { expect } from "chai";
import fc from "fast-check";
import { concat, defer, EMPTY, NEVER, Observable, of, repeat, Subject, throwError } from "rxjs";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { awaitOpUnless } from "../../lib/operators/awaitOpUnless.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { OP, paused, running, terminated } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { runs } from "../helpers/runs.js";

describe("awaitOpUnless", () => {
  it("is awaitOp for as long as it is not over, whatever the statuses and their end", () => {
    const statuses = fc.array(
      fc.constantFrom(running(), paused(), paused(OP, "fleet"), terminated(), terminated(OP, "agent")),
      { maxLength: 6 },
    );
    const failed$ = throwError(() => new OpControlUnavailableError("failed"));
    const end$ = fc.constantFrom<Observable<OpStatus>>(EMPTY, NEVER, failed$);
    fc.assert(
      fc.property(statuses, end$, (given, rest$) => {
        const heard = (operator: typeof awaitOp) => {
          const { values, end } = record(concat(of(...given), rest$).pipe(operator()));
          return { values, end };
        };
        expect(heard(() => awaitOpUnless(() => false))).to.deep.equal(heard(awaitOp));
      }),
      { numRuns: runs(500) },
    );
  });

  for (const status of [running(), terminated()]) {
    it(`lets go of the statuses when it is told ${status.state}`, () => {
      const status$ = new Subject<OpStatus>();
      record(status$.pipe(awaitOpUnless(() => false)));
      status$.next(paused());
      expect(status$.observed).to.be.true;
      status$.next(status);
      expect(status$.observed).to.be.false;
    });
  }

  it("lets nobody run once it is over, but tells that the op is terminated", () => {
    let isOver = false;
    const status$ = new Subject<OpStatus>();
    const recording = record(status$.pipe(awaitOpUnless(() => isOver)));
    status$.next(paused());
    isOver = true;
    status$.next(running());
    expect(recording).to.deep.include({ values: [], end: undefined });
    status$.next(terminated());
    expect(recording.end).to.include({ name: "OpTerminatedError", opId: OP });
  });

  it("completes without a word where the statuses do", () => {
    const status$ = new Subject<OpStatus>();
    const recording = record(status$.pipe(awaitOpUnless(() => true)));
    status$.next(running());
    status$.complete();
    expect(recording).to.deep.include({ values: [], end: "completed" });
  });

  it("stops listening to statuses that are emitted without end while it subscribes to them", () => {
    const endless$ = defer(() => of(running()).pipe(repeat()));
    expect(record(endless$.pipe(awaitOpUnless(() => false))).values).to.deep.equal([running()]);
  });

  it("tells a subscriber that throws past RxJS so, once, and lets go of the statuses", () => {
    const status$ = new Subject<OpStatus>();
    const thrown = new Error("thrown");
    let told = 0;
    const throwing$ = new Observable<OpStatus>((subscriber) => {
      subscriber.next = () => {
        told++;
        throw thrown;
      };
      status$.pipe(awaitOpUnless(() => false)).subscribe(subscriber);
    });
    const recording = record(throwing$);
    status$.next(running());
    expect(recording.end).to.equal(thrown);
    expect(status$.observed).to.be.false;
    status$.next(running());
    expect(told).to.equal(1);
  });
});
