import { type BaseEvent, EventType } from "@ag-ui/client";
import { expect } from "chai";
import { NEVER, Observable, of, Subject, throwError } from "rxjs";
import { opControlMiddleware, type OpControlMiddlewareOptions } from "../../lib/ag-ui/opControlMiddleware.js";
import { HoldOverflowError, OpTerminatedError, OpWaitTimeoutError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, signals, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { aFewTurns } from "../helpers/turns.js";
import { collectUnhandledErrors } from "../helpers/unhandledErrors.js";
import { event, events, input } from "./events.js";
import { copies, ScriptedAgent, theirRxJS } from "./ScriptedAgent.js";

const stopped = (code: string, message: string): BaseEvent => event("RUN_ERROR", { message, code });
const terminated = stopped("OP_TERMINATED", `op "${OP}" was terminated (scope: op)`);

/** What the middleware makes of a run, by itself. */
function governed(
  control: OpControlSubscriber,
  run$: Observable<BaseEvent>,
  options: OpControlMiddlewareOptions = {},
): Observable<BaseEvent> {
  const middleware = opControlMiddleware(control, () => OP, options);
  return middleware(input, { run: () => run$ } as never) as unknown as Observable<BaseEvent>;
}

describe("opControlMiddleware", () => {
  describe("of a run", () => {
    const values = { ...events, x: terminated };

    it("passes every event on while the op runs", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const run = cold(" -s-m-a-b-e-f|", values);
        const runSubs = "  ^-----------!";
        const expected = " -s-m-a-b-e-f|";

        const control = OpControlSubscriber.from(hot("-", signals));

        expectObservable(governed(control, run)).toBe(expected, values);
        expectSubscriptions(run.subscriptions).toBe(runSubs);
      });
    });

    it("holds events during a pause, in order, and RUN_FINISHED and the end with them", () => {
      testScheduler().run(({ cold, hot, expectObservable }) => {
        const run = cold(" -s-m-a-b-e-f|          ", values);
        const source = hot("----P------------R------", signals);
        const expected = " -s-m-------------(abef|)";

        expectObservable(governed(OpControlSubscriber.from(source), run)).toBe(expected, values);
      });
    });

    it("does not start a run before its op may run", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const run = cold("      -s-f|   ", values);
        const source = hot(" P----R-----", signals);
        const subs = "       -^---------";
        const runSubs = "    -----^---! ";
        const expected = "   ------s-f| ";

        const control = OpControlSubscriber.from(source);

        expectObservable(governed(control, run), subs).toBe(expected, values);
        expectSubscriptions(run.subscriptions).toBe(runSubs);
      });
    });

    it("ends it with RUN_ERROR on a terminate, and unsubscribes the agent at once", () => {
      testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const run = cold("   -s-m-a-b-e-f|", values);
        const source = hot(" ------T------", signals);
        const runSubs = "    ^-----!------";
        const expected = "   -s-m-a(x|)---";

        const control = OpControlSubscriber.from(source);

        expectObservable(governed(control, run)).toBe(expected, values);
        expectSubscriptions(run.subscriptions).toBe(runSubs);
      });
    });

    it("drops what is held on a terminate, RUN_FINISHED included", () => {
      testScheduler().run(({ cold, hot, expectObservable }) => {
        const run = cold("   -s-m-a-b-e-f|---", values);
        const source = hot(" ----P---------T-", signals);
        const expected = "   -s-m----------(x|)";

        expectObservable(governed(OpControlSubscriber.from(source), run)).toBe(expected, values);
      });
    });

    it("of an op that is terminated already, or while it waits, is RUN_ERROR alone, and is never started", () => {
      for (const marbles of ["T---", "P--T"]) {
        testScheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
          const run = cold("s-f|", values);
          const expected = marbles === "T---" ? "-(x|)" : "---(x|)";

          const control = OpControlSubscriber.from(hot(marbles, signals));

          expectObservable(governed(control, run), "-^---").toBe(expected, values);
          expectSubscriptions(run.subscriptions).toBe([]);
        });
      }
    });

    it("passes the agent's own error on as it is", () => {
      testScheduler().run(({ cold, hot, expectObservable }) => {
        const run = cold("   -s-#", values);
        const expected = "   -s-#";

        expectObservable(governed(OpControlSubscriber.from(hot("-", signals)), run)).toBe(expected, values);
      });
    });
  });

  it("passes on what the agent itself errors with, also where that is an error of ours, of another op or gate", () => {
    const control = OpControlSubscriber.from(NEVER);
    for (const fault of [new OpWaitTimeoutError(OP, 5), new OpTerminatedError(OTHER, "op"), new HoldOverflowError(1)]) {
      const told: unknown[] = [];
      const run$ = throwError(() => fault);
      governed(control, run$).subscribe({
        next: (value) => told.push(value),
        error: (error: unknown) => told.push(error),
      });

      expect(told).to.deep.equal([fault]);
    }
  });

  describe("ends a run with a RUN_ERROR that says why", () => {
    let signals$: Subject<OpControlMessage>;
    let control: OpControlSubscriber;

    beforeEach(() => {
      signals$ = new Subject();
      control = OpControlSubscriber.from(signals$);
    });

    it("the agent or the fleet was halted", () => {
      for (const [id, scope] of [
        [AGENT, "agent"],
        [FLEET, "fleet"],
      ] as const) {
        const halted = OpControlSubscriber.from(of(terminate(id)));
        expect(record(governed(halted, NEVER)).values).to.deep.equal([
          stopped("OP_TERMINATED", `op "${OP}" was terminated (scope: ${scope})`),
        ]);
      }
    });

    it("the channel has failed, before and while it runs", () => {
      const before = record(governed(control, NEVER));
      signals$.error(new Error("the bus is gone"));
      const after = record(governed(control, NEVER));

      const failed = stopped("OP_CONTROL_UNAVAILABLE", "the channel has failed: the bus is gone");
      expect([before.values, before.end]).to.deep.equal([[failed], "completed"]);
      expect([after.values, after.end]).to.deep.equal([[failed], "completed"]);
    });

    it("the subscriber was closed while it waited to start", () => {
      signals$.next(pause());
      const waiting = record(governed(control, NEVER));
      control.close();
      const late = record(governed(control, NEVER));

      for (const { values } of [waiting, late]) {
        expect(values).to.have.length(1);
        expect(values[0]).to.include({ type: EventType.RUN_ERROR, code: "OP_CONTROL_UNAVAILABLE" });
        expect(values[0]?.["message"]).to.include("was closed");
      }
    });

    it("the subscriber was closed while events were held", () => {
      const run$ = new Subject<BaseEvent>();
      const result = record(governed(control, run$));
      signals$.next(pause());
      run$.next(events.s);
      control.close();

      expect(result.values.map(({ type, code }) => [type, code])).to.deep.equal([
        ["RUN_ERROR", "OP_CONTROL_UNAVAILABLE"],
      ]);
      expect(run$.observed).to.equal(false);
    });

    it("more had to be held than there is room for", () => {
      const run$ = new Subject<BaseEvent>();
      const result = record(governed(control, run$, { limit: 2 }));
      signals$.next(pause());
      for (const each of [events.s, events.m, events.a]) run$.next(each);

      expect(result.values.map(({ type, code }) => [type, code])).to.deep.equal([["RUN_ERROR", "OP_HOLD_OVERFLOW"]]);
      expect(run$.observed).to.equal(false);
    });
  });

  it("asks which op a run is when that is subscribed, by its input", () => {
    const asked: unknown[] = [];
    const control = OpControlSubscriber.from([terminate(OTHER)]);
    const middleware = opControlMiddleware(control, (given) => {
      asked.push(given);
      return OTHER;
    });
    const run$ = middleware(input, { run: () => NEVER } as never) as unknown as Observable<BaseEvent>;
    expect(asked).to.be.empty;

    expect(record(run$).values.map(({ type }) => type)).to.deep.equal(["RUN_ERROR"]);
    expect(asked).to.deep.equal([input]);
  });

  it("passes on what opIdOf throws, and says of what it returns that it is no op id", () => {
    const control = OpControlSubscriber.from(NEVER);
    const fault = new Error("no trace");
    const next = { run: () => throwError(() => new Error("started")) } as never;
    const throwing = opControlMiddleware(control, () => {
      throw fault;
    });
    const wrong = opControlMiddleware(control, () => undefined as never);

    expect(record(throwing(input, next) as unknown as Observable<unknown>).end).to.equal(fault);
    expect(record(wrong(input, next) as unknown as Observable<unknown>).end)
      .to.be.instanceOf(TypeError)
      .with.property("message", "opIdOf must be a function that returns a string, the id of an op");
  });

  it("throws a TypeError at once that names the wrong argument", () => {
    const control = OpControlSubscriber.from(NEVER);
    const opIdOf = (): string => OP;
    const misuses: [string, () => unknown][] = [
      ["control", () => opControlMiddleware(undefined as never, opIdOf)],
      ["control", () => opControlMiddleware({ status: () => NEVER } as never, opIdOf)],
      ["opIdOf", () => opControlMiddleware(control, OP as never)],
      ["limit", () => opControlMiddleware(control, opIdOf, { limit: 0 })],
      ["overflow", () => opControlMiddleware(control, opIdOf, { overflow: "dropOldest" } as never)],
      ["options", () => opControlMiddleware(control, opIdOf, 1 as never)],
    ];
    for (const [name, misuse] of misuses) expect(misuse).to.throw(TypeError, name);
  });

  describe("in an agent whose RxJS is another copy than ours", () => {
    const unhandled = collectUnhandledErrors();
    let signals$: Subject<OpControlMessage>;
    let agent: ScriptedAgent;
    let told: string[];
    let codes: unknown[];

    /** Runs the agent, and resolves when it has been started or refused. */
    async function started(): Promise<{ readonly end: Promise<unknown> }> {
      const run = agent.runAgent(
        { runId: input.runId },
        {
          onEvent: ({ event: { type } }) => {
            told.push(type);
          },
          onRunErrorEvent: ({ event: { code } }) => {
            codes.push(code);
          },
        },
      );
      await aFewTurns();
      return { end: run };
    }

    beforeEach(() => {
      signals$ = new Subject();
      agent = new ScriptedAgent();
      agent.use(
        opControlMiddleware(OpControlSubscriber.from(signals$), ({ threadId, runId }) => `${threadId}:${runId}`),
      );
      told = [];
      codes = [];
    });

    const op = `${input.threadId}:${input.runId}`;

    it("which it is", () => {
      expect(copies.theirs).not.to.equal(copies.ours);
      expect(new theirRxJS.Subject()).not.to.be.instanceOf(Observable);
      expect(agent.run(input)).not.to.be.instanceOf(Observable);
    });

    it("holds events, and lets the run come to its end", async () => {
      const { end } = await started();
      agent.emit(events.s, events.m, events.a);
      signals$.next(pause(op));
      agent.emit(events.b, events.e, events.f);
      agent.events$.complete();
      await aFewTurns();
      expect(told).to.deep.equal(["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT"]);

      signals$.next(resume(op));
      await end;
      expect(told.slice(3)).to.deep.equal(["TEXT_MESSAGE_CONTENT", "TEXT_MESSAGE_END", "RUN_FINISHED"]);
      expect(agent.messages).to.have.length(1);
      expect(agent.messages[0]).to.include({ content: "ab" });
    });

    it("ends the run with RUN_ERROR, which AG-UI takes for well formed, and unsubscribes the agent in that tick", async () => {
      const { end } = await started();
      agent.emit(events.s, events.m, events.a);
      signals$.next(terminate(op));
      expect(agent.released).to.equal(1);
      agent.emit(events.e, events.f);

      await end;
      expect(told).to.deep.equal(["RUN_STARTED", "TEXT_MESSAGE_START", "TEXT_MESSAGE_CONTENT", "RUN_ERROR"]);
      expect(codes).to.deep.equal(["OP_TERMINATED"]);
      expect(agent.isRunning).to.equal(false);
    });

    it("never runs an agent whose op is terminated", async () => {
      signals$.next(terminate(op));
      const { end } = await started();

      await end;
      expect(told).to.deep.equal(["RUN_ERROR"]);
      expect(agent.inputs).to.be.empty;
    });

    it("unsubscribes the agent of a run that is detached from, and lets go of the op", async () => {
      const { end } = await started();
      agent.emit(events.s);
      await agent.detachActiveRun();

      await end;
      expect(agent.released).to.equal(1);
      signals$.next(terminate(op));
      expect(codes).to.be.empty;
    });

    it("passes an agent's error on", async () => {
      // AG-UI writes any other error to the console as well.
      const failed = new DOMException("the user has gone", "AbortError");
      const errors: unknown[] = [];
      agent.subscribe({
        onRunFailed: ({ error }) => {
          errors.push(error);
        },
      });
      const { end } = await started();
      agent.events$.error(failed);

      await end;
      expect(errors).to.deep.equal([failed]);
    });

    afterEach(() => {
      expect(unhandled.errors).to.be.empty;
    });
  });
});
