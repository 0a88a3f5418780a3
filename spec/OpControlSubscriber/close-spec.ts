import { expect } from "chai";
import { ignoreElements, NEVER, Subject } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, OP, pause, paused, resume, signals, statuses, terminate } from "../helpers/opControl.js";
import { errorOf, record } from "../helpers/record.js";

describe("OpControlSubscriber.close", () => {
  it("lets go of the source, which was subscribed since the construction", () => {
    testScheduler().run(({ cold, expectSubscriptions }) => {
      const source = cold("--P--R--P--T--", signals);
      const subs = "       ^-----!       ";
      const close = cold(" ------x       ", { x: undefined });

      const control = OpControlSubscriber.from(source);
      close.subscribe(() => {
        control.close();
      });

      expectSubscriptions(source.subscriptions).toBe(subs);
    });
  });

  it("completes every stream", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" -P--|    ", signals);
      const expectedA = "  -P--|    ";
      const expectedB = "  -p--|    ";
      const expectedC = "  rp--|    ";
      const expectedD = "  ----|    ";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.signals$).toBe(expectedA, signals);
      expectObservable(control.statuses$).toBe(expectedB, statuses);
      expectObservable(control.status(OP)).toBe(expectedC, statuses);
      expectObservable(control.diagnostics$).toBe(expectedD);
      expectObservable(control.awaitOp(OP), "--^").toBe(expectedD);
      expectObservable(control.status("never:seen")).toBe("n---|", { n: { ...statuses.r, opId: "never:seen" } });
      expectObservable(control.ops$.pipe(ignoreElements())).toBe(expectedD);
    });
  });

  it("gives whoever comes later the op's last status", () => {
    const control = OpControlSubscriber.from([pause(), terminate("a:killed"), pause(AGENT)]);

    for (const [opId, status] of [
      [OP, statuses.p],
      ["a:killed", { ...statuses.t, opId: "a:killed" }],
      ["never:seen", paused("never:seen", "agent")],
    ] as const) {
      const late = record(control.status(opId));
      expect(late.values).to.deep.equal([status]);
      expect(late.end).to.equal("completed");
    }
  });

  it("changes no answer of isPaused and isTerminated", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    signals$.next(terminate("a:killed"));

    control.close();

    expect(control.isPaused(OP)).to.equal(true);
    expect(control.isTerminated(OP)).to.equal(false);
    expect(control.isPaused("a:killed")).to.equal(false);
    expect(control.isTerminated("a:killed")).to.equal(true);
    expect(control.isPaused("never:seen")).to.equal(false);
  });

  it("has nothing told after it, whatever the source still sends", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    const seen = [control.signals$, control.statuses$, control.status(OP), control.connection$].map((stream$) =>
      record<unknown>(stream$),
    );
    control.close();
    const before = seen.map(({ values }) => [...values]);

    for (const message of [resume(), terminate(), pause(AGENT)]) signals$.next(message);
    signals$.error(new Error("the bus is gone"));

    expect(seen.map(({ values }) => values)).to.deep.equal(before);
    expect(control.isPaused(OP)).to.equal(true);
    expect(control.isTerminated(OP)).to.equal(false);
  });

  it("does nothing when it is called again", () => {
    const control = OpControlSubscriber.from(NEVER);
    const connection = record(control.connection$);
    let completions = 0;
    control.status(OP).subscribe({ complete: () => (completions += 1) });

    control.close();
    control.close();
    control[Symbol.dispose]();

    expect(connection.values.map(({ state }) => state)).to.deep.equal(["live", "closed"]);
    expect(completions).to.equal(1);
  });

  it("does nothing when the source has ended before", () => {
    const control = OpControlSubscriber.from([terminate()]);
    const before = record(control.connection$).values;

    control.close();

    expect(record(control.connection$).values).to.deep.equal(before);
    expect(errorOf(control.awaitOp(OP), OpTerminatedError)).to.include({ opId: OP });
  });

  it("may come before anything else", async () => {
    const control = OpControlSubscriber.from(NEVER);
    control.close();

    for (const stream$ of [control.signals$, control.statuses$, control.ops$, control.diagnostics$]) {
      expect(record<unknown>(stream$)).to.deep.include({ values: [], end: "completed" });
    }
    expect(record(control.awaitOp(OP))).to.deep.include({ values: [], end: "completed" });
    expect(record(control.status(OP))).to.deep.include({ values: [statuses.r], end: "completed" });
    expect(await control.whenRunnable(OP)).to.equal(false);
    expect(control.streamAlive()).to.equal(false);
  });

  it("is what the end of a `using` block does", () => {
    const signals$ = new Subject<OpControlMessage>();
    let outside: OpControlSubscriber;
    {
      using control = OpControlSubscriber.from(signals$);
      outside = control;
      expect(signals$.observed).to.equal(true);
      expect(outside.streamAlive()).to.equal(true);
    }
    expect(signals$.observed).to.equal(false);
    expect(outside.streamAlive()).to.equal(false);
  });

  it("leaves no timer of a waiter behind", () => {
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    const before = timers();
    record(control.awaitOp(OP, { timeoutMs: 60_000 }));
    void control.whenRunnable(OP, { timeoutMs: 60_000 });
    expect(timers()).to.equal(before + 2);

    control.close();

    expect(timers()).to.equal(before);
  });
});
