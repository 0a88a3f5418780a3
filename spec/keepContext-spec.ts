import { expect } from "chai";
import { AsyncLocalStorage } from "node:async_hooks";
import { map, of, range, share, Subject, take, throwError, timer } from "rxjs";
import { currentOpId } from "../lib/currentOpId.js";
import { keepContext } from "../lib/keepContext.js";
import { opContext } from "../lib/opContext.js";
import { OpControlSubscriber } from "../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../lib/opStatus.js";
import { withOpId } from "../lib/withOpId.js";
import { testScheduler } from "./helpers/marbles.js";
import { OP, OTHER, pause, resume, terminate } from "./helpers/opControl.js";
import { record } from "./helpers/record.js";

describe("keepContext", () => {
  after(() => {
    opContext.disable();
  });

  it("passes on what comes, when it comes, and how it ends", () => {
    testScheduler().run(({ cold, expectObservable, expectSubscriptions }) => {
      const completing = cold("-a-b-(c|)");
      const expected = "       -a-b-(c|)";
      const erring = cold("    -a-#");
      const expectedError = "  -a-#";
      const unsubscribed = cold("-a-b-c");
      const until = "            ^---!";
      const expectedUntil = "    -a-b-";

      expectObservable(completing.pipe(keepContext())).toBe(expected);
      expectSubscriptions(completing.subscriptions).toBe("^----!");
      expectObservable(erring.pipe(keepContext())).toBe(expectedError);
      expectSubscriptions(erring.subscriptions).toBe("^--!");
      expectObservable(unsubscribed.pipe(keepContext()), until).toBe(expectedUntil);
      expectSubscriptions(unsubscribed.subscriptions).toBe(until);
    });
  });

  it("stops a source that would never stop by itself", () => {
    expect(record(range(0, Infinity).pipe(keepContext(), take(2))).values).to.deep.equal([0, 1]);
  });

  it("calls what is downstream in the subscriber's context, whoever feeds it", () => {
    const subject = new Subject<void>();
    const kept$ = subject.pipe(keepContext(), map(currentOpId));
    const one = withOpId(OP, () => record(kept$));
    const other = withOpId(OTHER, () => record(kept$));
    const none = record(kept$);

    withOpId("feeder:", () => subject.next());

    expect([one, other, none].map(({ values }) => values)).to.deep.equal([[OP], [OTHER], [undefined]]);
  });

  it("leaves the feeder's context alone", () => {
    const subject = new Subject<void>();
    withOpId(OP, () => subject.pipe(keepContext()).subscribe());

    const seen = withOpId(OTHER, () => {
      subject.next();
      return currentOpId();
    });

    expect(seen).to.equal(OTHER);
  });

  it("does the same for an error and the completion", () => {
    const seen: unknown[] = [];
    for (const end of ["error", "complete"] as const) {
      const subject = new Subject<void>();
      const note = (): void => void seen.push([end, currentOpId()]);
      withOpId(OP, () => subject.pipe(keepContext()).subscribe({ error: note, complete: note }));
      withOpId(OTHER, () => subject[end](new Error("over")));
    }

    expect(seen).to.deep.equal([
      ["error", OP],
      ["complete", OP],
    ]);
  });

  it("keeps whatever follows calls and awaits, not only the op", () => {
    const storage = new AsyncLocalStorage<string>();
    const subject = new Subject<void>();
    const { values } = storage.run("mine", () =>
      record(
        subject.pipe(
          keepContext(),
          map(() => storage.getStore()),
        ),
      ),
    );

    storage.run("theirs", () => subject.next());
    storage.disable();

    expect(values).to.deep.equal(["mine"]);
  });

  it("sets right what comes after a pause, values and errors", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause(OP));
    signals$.next(pause(OTHER));
    const { values } = withOpId(OP, () => record(control.awaitOp(OP).pipe(keepContext(), map(currentOpId))));
    let failed: unknown;
    withOpId(OTHER, () => {
      control
        .awaitOp(OTHER)
        .pipe(keepContext())
        .subscribe({ error: () => (failed = currentOpId()) });
    });

    signals$.next(resume(OP));
    signals$.next(terminate(OTHER));

    expect([...values, failed]).to.deep.equal([OP, OTHER]);
    control.close();
  });

  it("sets right what a shared source tells", async () => {
    const shared$ = timer(1).pipe(share());
    const [one, other] = [OP, OTHER].map((opId) =>
      withOpId(opId, () => record(shared$.pipe(keepContext(), map(currentOpId)))),
    );
    await new Promise<void>((resolve) => shared$.subscribe({ complete: resolve }));

    expect([one?.values, other?.values]).to.deep.equal([[OP], [OTHER]]);
  });

  it("takes what comes while it is being subscribed", () => {
    expect(record(of(1, 2).pipe(keepContext())).values).to.deep.equal([1, 2]);
    const error = new Error("at once");
    expect(record(throwError(() => error).pipe(keepContext())).end).to.equal(error);
  });
});
