import { expect } from "chai";
import { fromEvent, interval, NEVER, Subject, takeUntil } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpControlMessage, OpControlSignal } from "../../lib/opStatus.js";
import { record } from "../helpers/record.js";

const OP = "4bf92f35:00f067aa";

describe("OpControlSubscriber, where one who is told first brings about an end,", () => {
  let signals$: Subject<OpControlMessage>;
  let control: OpControlSubscriber;

  beforeEach(() => {
    signals$ = new Subject();
    control = OpControlSubscriber.from(signals$);
  });

  afterEach(() => {
    control.close();
  });

  function send(signal: OpControlSignal): void {
    signals$.next({ opId: OP, signal, sequence: 0n });
  }

  function when(state: string, react: () => void): void {
    control.status(OP).subscribe({
      next: (status) => {
        if (status.state === state) react();
      },
      error: () => undefined,
    });
  }

  it("errors with the OpTerminatedError and cleans up, though the work ends itself on its op's abort signal", () => {
    const cleaned: OpTerminatedError[] = [];
    const stop = control.abortSignal(OP);
    const run = record(
      control.runOp(OP, ({ onTerminate }) => {
        onTerminate((error) => cleaned.push(error));
        return interval(1_000).pipe(takeUntil(fromEvent(stop, "abort")));
      }),
    );

    send("TERMINATE");

    expect(run.end).to.be.instanceOf(OpTerminatedError).and.to.include({ opId: OP, scope: "op" });
    expect(cleaned).to.have.lengthOf(1);
  });

  it("starts no work of an op that is resumed to one who closes on it", () => {
    let started = false;
    send("PAUSE");
    when("running", () => {
      control.close();
    });
    const waiter = record(control.awaitOp(OP));
    const run = record(
      control.runOp(OP, () => {
        started = true;
        return NEVER;
      }),
    );

    send("RESUME");

    expect(started).to.equal(false);
    expect(waiter.values).to.be.empty;
    expect([waiter.end, run.end]).to.deep.equal(["completed", "completed"]);
  });

  it("flushes nothing on a RESUME that waits behind a close", () => {
    const source$ = new Subject<string>();
    send("PAUSE");
    const held = record(source$.pipe(holdWhilePaused(control.status(OP))));
    source$.next("a");
    control.signals$.subscribe({
      next: () => {
        send("RESUME");
        control.close();
      },
      error: () => undefined,
    });

    send("PAUSE");

    expect(held.values).to.be.empty;
    expect(control.isPaused(OP)).to.equal(true);
  });

  it("does not forget a TERMINATE that waits behind a close", () => {
    when("paused", () => {
      send("TERMINATE");
      control.close();
    });

    send("PAUSE");

    expect(control.isTerminated(OP)).to.equal(true);
  });

  it("ends a checkpoint that the run left behind, with its AbortError, and as no unhandled rejection", async () => {
    let checkpoint = (): Promise<void> => Promise.resolve();
    const run = control.runOp(OP, (given) => {
      ({ checkpoint } = given);
      return NEVER;
    });
    const { subscription } = record(run);
    send("PAUSE");
    const left = checkpoint();
    subscription.unsubscribe();

    const error = await left.catch((reason: unknown) => reason);
    expect(error).to.have.property("name", "AbortError");
  });
});
