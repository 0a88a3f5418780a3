import { expect } from "chai";
import fc from "fast-check";
import { Subject, Subscription } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpControlSignal, OpState, OpStatus } from "../../lib/opStatus.js";
import { AGENT, FLEET } from "../helpers/opControl.js";
import { record, type Recording } from "../helpers/record.js";
import { runs } from "../helpers/runs.js";

const ops = ["trace:a", "trace:b", "trace:"] as const;
const targets = [...ops, AGENT, FLEET];
const severity: readonly OpState[] = ["running", "paused", "terminated"];

/** What the contract says, in as few words as it takes. */
class Model {
  readonly #own = new Map<string, OpState>();
  end: "closed" | "failed" | undefined;

  apply({ opId, signal }: Pick<OpControlMessage, "opId" | "signal">): void {
    if (this.end || this.#own.get(opId) === "terminated") return;
    this.#own.set(opId, ({ PAUSE: "paused", RESUME: "running", TERMINATE: "terminated" } as const)[signal]);
  }

  state(opId: string): OpState {
    const states = [opId, AGENT, FLEET].map((id) => severity.indexOf(this.#own.get(id) ?? "running"));
    return severity[Math.max(...states)] ?? "running";
  }

  /** What `awaitOp` tells somebody who waits now, if anything. */
  outcome(opId: string): readonly string[] | undefined {
    const state = this.state(opId);
    if (state === "terminated") return ["OpTerminatedError"];
    if (this.end === "failed") return ["OpControlUnavailableError"];
    if (this.end === "closed") return ["complete"];
    return state === "running" ? ["running", "complete"] : undefined;
  }
}

/** An `awaitOp` under way, and what it should have told so far. */
class Waiter {
  readonly told: string[] = [];
  readonly #subscription: Subscription;
  #expected: readonly string[] | undefined;
  #left = false;

  constructor(
    control: OpControlSubscriber,
    readonly opId: string,
    model: Model,
  ) {
    this.#subscription = control.awaitOp(opId).subscribe({
      next: (status) => {
        // Nothing is asserted in a callback: RxJS would report the failure out of band.
        const seen = [status.opId === opId, model.state(opId), control.isPaused(opId), control.isTerminated(opId)];
        this.told.push(seen.join() === "true,running,false,false" ? status.state : `let through when ${seen.join()}`);
      },
      error: (error: unknown) => {
        const name =
          error instanceof OpTerminatedError && error.opId !== opId ? `wrong op: ${error.opId}` : (error as Error).name;
        this.told.push(name);
      },
      complete: () => {
        this.told.push("complete");
      },
    });
  }

  leave(): void {
    this.#left = true;
    this.#subscription.unsubscribe();
  }

  check(model: Model): void {
    if (!this.#left) this.#expected ??= model.outcome(this.opId);
    expect(this.told, `a waiter of ${this.opId}`).to.deep.equal(this.#expected ?? []);
  }
}

type Command =
  | { readonly type: "signal"; readonly opId: string; readonly signal: OpControlSignal }
  | { readonly type: "wait" | "watch"; readonly opId: string }
  | { readonly type: "leave" | "unwatch"; readonly index: number }
  | { readonly type: "close" | "complete" | "error" };

const signal = fc.record({
  type: fc.constant("signal" as const),
  opId: fc.constantFrom(...targets),
  signal: fc.constantFrom<OpControlSignal>("PAUSE", "PAUSE", "PAUSE", "RESUME", "RESUME", "RESUME", "TERMINATE"),
});
const start = fc.record({ type: fc.constantFrom("wait" as const, "watch" as const), opId: fc.constantFrom(...ops) });
const stop = fc.record({ type: fc.constantFrom("leave" as const, "unwatch" as const), index: fc.nat(9) });
const end = fc.record({ type: fc.constantFrom("close" as const, "complete" as const, "error" as const) });

const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: signal },
    { weight: 8, arbitrary: start },
    { weight: 4, arbitrary: stop },
    { weight: 1, arbitrary: end },
  ),
  { maxLength: 60 },
);

type Reaction =
  | Extract<Command, { type: "signal" }>
  | { readonly type: "watch"; readonly opId: string }
  | { readonly type: "leave" | "close" | "nothing" };

const reaction: fc.Arbitrary<Reaction> = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ type: "nothing" as const }) },
  { weight: 12, arbitrary: signal },
  { weight: 6, arbitrary: fc.record({ type: fc.constant("watch" as const), opId: fc.constantFrom(...ops) }) },
  { weight: 3, arbitrary: fc.constant({ type: "leave" as const }) },
  { weight: 1, arbitrary: fc.constant({ type: "close" as const }) },
);

describe("OpControlSubscriber under random interleavings", () => {
  it("agrees with the model after every step: isPaused, isTerminated, every waiter and every watcher", () => {
    fc.assert(
      fc.property(commands, (steps) => {
        const signals$ = new Subject<OpControlMessage>();
        const control = OpControlSubscriber.from(signals$);
        const model = new Model();
        const waiters: Waiter[] = [];
        const watchers: ({ readonly opId: string } & Pick<Recording<OpStatus>, "values" | "subscription">)[] = [];

        for (const step of steps) {
          switch (step.type) {
            case "signal":
              model.apply(step);
              signals$.next({ ...step, sequence: 0n });
              break;
            case "wait":
              waiters.push(new Waiter(control, step.opId, model));
              break;
            case "watch":
              watchers.push({ opId: step.opId, ...record(control.status(step.opId)) });
              break;
            case "leave":
              waiters[step.index]?.leave();
              break;
            case "unwatch":
              watchers[step.index]?.subscription.unsubscribe();
              break;
            case "close":
              model.end ??= "closed";
              control.close();
              break;
            case "complete":
              model.end ??= "closed";
              signals$.complete();
              break;
            case "error":
              model.end ??= "failed";
              signals$.error(new Error("the bus is gone"));
              break;
          }

          for (const opId of ops) {
            expect(control.isPaused(opId), `isPaused ${opId}`).to.equal(model.state(opId) === "paused");
            expect(control.isTerminated(opId), `isTerminated ${opId}`).to.equal(model.state(opId) === "terminated");
          }
          for (const waiter of waiters) waiter.check(model);
          for (const { opId, values, subscription } of watchers) {
            if (!subscription.closed) expect(values.at(-1)?.state, `a watcher of ${opId}`).to.equal(model.state(opId));
          }
          expect(control.streamAlive()).to.equal(model.end === undefined);
          expect(signals$.observed).to.equal(model.end === undefined);
        }
      }),
      { numRuns: runs(500) },
    );
  });

  it("tells every watcher of an op the same, whatever they cause by it, and agrees with itself in each callback", () => {
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 20 }), fc.array(reaction, { maxLength: 40 }), (given, reactions) => {
        const signals$ = new Subject<OpControlMessage>();
        const control = OpControlSubscriber.from(signals$);
        const script = reactions.values();
        const logs: { readonly opId: string; readonly told: OpState[]; stays: boolean }[] = [];
        const disagreements: unknown[] = [];
        const applied: OpControlMessage[] = [];
        control.signals$.subscribe((message) => applied.push(message));

        const watch = (opId: string, reacts: boolean): void => {
          const log = { opId, told: [] as OpState[], stays: true };
          logs.push(log);
          const subscription = new Subscription();
          const react = (next: Reaction): void => {
            if (next.type === "signal") signals$.next({ ...next, sequence: 0n });
            if (next.type === "watch") watch(next.opId, true);
            if (next.type === "close") control.close();
            if (next.type !== "leave") return;
            log.stays = false;
            subscription.unsubscribe();
          };
          subscription.add(
            control.status(opId).subscribe(({ state }) => {
              log.told.push(state);
              const answer = stateByAnswers(control, opId);
              if (answer !== state) disagreements.push({ opId, state, answer });
              for (const other of ops) {
                const waiter = toldToWaiter(control, other);
                const expected = expectedOfWaiter(control, other);
                if (waiter !== expected) disagreements.push({ other, waiter, expected });
              }
              const next = reacts ? script.next().value : undefined;
              if (next) react(next);
            }),
          );
        };
        for (const reacts of [false, true, false, true]) for (const opId of ops) watch(opId, reacts);

        for (const message of given) signals$.next({ ...message, sequence: 0n });

        expect(disagreements).to.deep.equal([]);
        for (const opId of ops) {
          const [first, ...others] = logs.filter((log) => log.opId === opId);
          const told = first?.told ?? [];
          for (const other of others) {
            if (other.stays) expect(other.told).to.deep.equal(told.slice(-other.told.length));
            else expect(`,${told.join()},`).to.contain(`,${other.told.join()},`);
          }
          expect(control.isTerminated(opId)).to.equal(told.at(-1) === "terminated");
          expect(told.indexOf("terminated")).to.be.oneOf([-1, told.length - 1]);
        }
        const model = new Model();
        for (const message of applied) model.apply(message);
        for (const opId of ops) expect(control.isPaused(opId)).to.equal(model.state(opId) === "paused");
      }),
      { numRuns: runs(300) },
    );
  });
});

function stateByAnswers(control: OpControlSubscriber, opId: string): OpState {
  if (control.isTerminated(opId)) return "terminated";
  return control.isPaused(opId) ? "paused" : "running";
}

/** What somebody is told at once who waits now, also inside another's callback. */
function toldToWaiter(control: OpControlSubscriber, opId: string): string {
  let told = "waits";
  control
    .awaitOp(opId)
    .subscribe({
      next: () => (told = "runs"),
      error: (error: unknown) => (told = (error as Error).name),
      complete: () => (told = told === "runs" ? told : "closed"),
    })
    .unsubscribe();
  return told;
}

function expectedOfWaiter(control: OpControlSubscriber, opId: string): string {
  if (control.isTerminated(opId)) return "OpTerminatedError";
  if (!control.streamAlive()) return "closed";
  return control.isPaused(opId) ? "waits" : "runs";
}
