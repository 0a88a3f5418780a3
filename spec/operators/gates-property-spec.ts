import { expect } from "chai";
import fc from "fast-check";
import { type MonoTypeOperatorFunction, type Observable, Subject } from "rxjs";
import { HoldOverflowError, OpControlUnavailableError, OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { dropWhilePaused } from "../../lib/operators/dropWhilePaused.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import type { ResolvedHoldOptions } from "../../lib/operators/HoldOptions.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpControlMessage, OpControlSignal, OpStatus } from "../../lib/opStatus.js";
import { AGENT, FLEET, OP, paused, running, terminated } from "../helpers/opControl.js";
import { OpModel } from "../helpers/OpModel.js";
import { runs } from "../helpers/runs.js";

const NUM_RUNS = runs(1_000);

/** A value of an op. What is in `then` happens in its handler. */
interface Value {
  readonly type: "value";
  readonly name: number;
  readonly opId: string;
  readonly then: readonly Step[];
}

interface Signal {
  readonly type: "signal";
  readonly signal: OpControlSignal;
  readonly opId: string;
}

interface End {
  readonly type: "complete" | "error" | "statusesComplete" | "statusesError" | "unsubscribe";
}

type Step = Value | Signal | End;

/** What came of it: which values were emitted, which onDrop was told of, and how it ended. */
class Outcome {
  readonly emitted: number[] = [];
  readonly dropped: number[] = [];
  end = "open";

  endWith(end: string): void {
    if (this.end === "open") this.end = end;
  }
}

/** Random interleavings, in which each value has a name of its own; ops may be signalled that have no values. */
function scripts(opIds: readonly string[], signalledIds = opIds): fc.Arbitrary<Step[]> {
  const type = fc.constant("signal" as const);
  const opId = fc.constantFrom(...signalledIds);
  const signal = (signal: OpControlSignal) => fc.record({ type, signal: fc.constant(signal), opId });
  const end = (type: End["type"]) => fc.record({ type: fc.constant(type) });
  const steps = (then: fc.Arbitrary<Step[]>, maxLength: number): fc.Arbitrary<Step[]> => {
    const type = fc.constant("value" as const);
    const value = fc.record({ type, name: fc.constant(0), opId: fc.constantFrom(...opIds), then });
    const step = fc.oneof(
      { weight: 40, arbitrary: value },
      { weight: 18, arbitrary: signal("PAUSE") },
      { weight: 14, arbitrary: signal("RESUME") },
      { weight: 2, arbitrary: signal("TERMINATE") },
      { weight: 2, arbitrary: end("complete") },
      { weight: 1, arbitrary: end("error") },
      { weight: 1, arbitrary: end("statusesComplete") },
      { weight: 1, arbitrary: end("statusesError") },
      { weight: 1, arbitrary: end("unsubscribe") },
    );
    return fc.array<Step>(step, { maxLength });
  };
  const nothing = fc.constant<Step[]>([]);
  const reaction = fc.oneof({ weight: 3, arbitrary: nothing }, { weight: 1, arbitrary: steps(steps(nothing, 2), 4) });
  return steps(reaction, 40).map((script) => named(script));
}

function named(steps: readonly Step[], names = { last: 0 }): Step[] {
  return steps.map((step) =>
    step.type === "value" ? { ...step, name: ++names.last, then: named(step.then, names) } : step,
  );
}

const sourceError = new Error("the source has failed");
const statusesError = new OpControlUnavailableError("the channel has failed");

/** Plays a script to a pipeline, and tells whether what is said of the ops is observed in the end. */
function play<Said>(
  script: readonly Step[],
  said: (signal: Signal) => Said,
  pipeline: (said$: Observable<Said>, outcome: Outcome) => MonoTypeOperatorFunction<Value>,
): { readonly outcome: Outcome; readonly isObserved: boolean } {
  const outcome = new Outcome();
  const source$ = new Subject<Value>();
  const said$ = new Subject<Said>();
  const perform = (step: Step): void => {
    switch (step.type) {
      case "value":
        source$.next(step);
        break;
      case "signal":
        said$.next(said(step));
        break;
      case "complete":
        source$.complete();
        break;
      case "error":
        source$.error(sourceError);
        break;
      case "statusesComplete":
        said$.complete();
        break;
      case "statusesError":
        said$.error(statusesError);
        break;
      case "unsubscribe":
        subscription.unsubscribe();
        outcome.endWith("unsubscribed");
    }
  };
  const subscription = source$.pipe(pipeline(said$, outcome)).subscribe({
    next: ({ name, then }) => {
      outcome.emitted.push(name);
      then.forEach(perform);
    },
    error: (error: unknown) => outcome.endWith(nameOf(error)),
    complete: () => outcome.endWith("completed"),
  });
  script.forEach(perform);
  if (outcome.end !== "open") expect(source$.observed, "the source is still subscribed").to.equal(false);
  return { outcome, isObserved: said$.observed };
}

function nameOf(error: unknown): string {
  if (error === sourceError) return "failed";
  if (error instanceof OpTerminatedError) return "terminated";
  if (error instanceof OpControlUnavailableError) return "unavailable";
  return error instanceof HoldOverflowError ? "overflow" : String(error);
}

const statuses = { PAUSE: paused(), RESUME: running(), TERMINATE: terminated() } as const;

/** Plays a script to a gate of one op. */
function playGate(
  script: readonly Step[],
  gate: (status$: Observable<OpStatus>) => MonoTypeOperatorFunction<Value>,
): Outcome {
  const { outcome, isObserved } = play(script, ({ signal }) => statuses[signal], gate);
  if (outcome.end !== "open") expect(isObserved, "the statuses are still subscribed").to.equal(false);
  return outcome;
}

/** What a gate has told of the values that it holds: never fewer than none, and none after an end. */
class HeldCount {
  #held = 0;
  #least = 0;
  readonly onHeld = (change: number): void => {
    this.#held += change;
    this.#least = Math.min(this.#least, this.#held);
  };

  check({ end }: Outcome): void {
    expect(this.#least, "values went that had not come").to.equal(0);
    if (end !== "open") expect(this.#held, "values are still said to be held").to.equal(0);
  }
}

/** What is the same for every gate: nothing comes after an end, neither the source's nor the statuses' nor its own. */
abstract class Model {
  readonly outcome = new Outcome();
  protected sourceOver = false;
  protected statusesOver = false;

  play(script: readonly Step[]): Outcome {
    for (const step of script) if (this.outcome.end === "open") this.#perform(step);
    return this.outcome;
  }

  #perform(step: Step): void {
    switch (step.type) {
      case "value":
        if (!this.sourceOver) this.take(step);
        break;
      case "signal":
        if (!this.statusesOver) this.told(step);
        break;
      case "complete":
        if (this.sourceOver) break;
        this.sourceOver = true;
        this.settle();
        break;
      case "error":
        if (!this.sourceOver) this.outcome.endWith("failed");
        break;
      case "unsubscribe":
        this.outcome.endWith("unsubscribed");
        break;
      default:
        if (this.statusesOver) break;
        this.statusesOver = true;
        this.lost(step.type === "statusesError");
    }
  }

  protected emit({ name, then }: Value): void {
    this.outcome.emitted.push(name);
    this.play(then);
  }

  protected abstract take(value: Value): void;
  protected abstract told(signal: Signal): void;

  /** The source has completed, or what that waits for may be done. */
  protected settle(): void {
    this.outcome.endWith("completed");
  }

  /** The statuses have come to their end. */
  protected lost(withError: boolean): void {
    if (withError) this.outcome.endWith("unavailable");
  }
}

class FailOnTerminateModel extends Model {
  protected take(value: Value): void {
    this.emit(value);
  }

  protected told({ signal }: Signal): void {
    if (signal === "TERMINATE") this.outcome.endWith("terminated");
  }
}

class DropWhilePausedModel extends FailOnTerminateModel {
  #paused = false;

  protected override take(value: Value): void {
    if (!this.#paused) this.emit(value);
  }

  protected override told(signal: Signal): void {
    super.told(signal);
    this.#paused = signal.signal === "PAUSE";
  }
}

class HoldWhilePausedModel extends Model {
  #paused = false;
  #flushing = false;
  readonly #held: Value[] = [];

  constructor(readonly options: ResolvedHoldOptions) {
    super();
  }

  protected take(value: Value): void {
    if (!this.#paused && !this.#flushing) this.emit(value);
    else if (this.#paused && this.statusesOver) this.outcome.endWith("unavailable");
    else if (!hold(this.#held, value, this.options)) this.outcome.endWith("overflow");
  }

  protected told({ signal }: Signal): void {
    if (signal === "TERMINATE") this.outcome.endWith("terminated");
    this.#paused = signal === "PAUSE";
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.#held.length > 0 && !this.#paused && this.outcome.end === "open") this.emit(this.#held.shift()!);
    this.#flushing = false;
    this.settle();
  }

  protected override settle(): void {
    if (this.sourceOver && this.#held.length === 0 && !this.#flushing) super.settle();
  }

  protected override lost(withError: boolean): void {
    super.lost(withError || (this.#paused && this.#held.length > 0));
  }
}

/** Holds a value where there is room, or in the place of the oldest; false where having no room is an error. */
function hold(held: Value[], value: Value, { limit, overflow }: ResolvedHoldOptions, hasRoom = true): boolean {
  if (held.length < limit && hasRoom) return held.push(value) > 0;
  if (overflow === "dropOldest" && held.shift()) held.push(value);
  return overflow !== "error";
}

interface HoldByOpConfig extends ResolvedHoldOptions {
  readonly totalLimit: number;
  readonly onTerminated: "drop" | "error";
}

class HoldByOpModel extends Model {
  readonly #ops = new OpModel();
  readonly #lanes = new Map<string, Value[]>();
  readonly #events: (() => void)[] = [];
  #flushing = false;
  #ended: "open" | "closed" | "failed" = "open";

  constructor(readonly options: HoldByOpConfig) {
    super();
  }

  protected take(value: Value): void {
    const { state } = this.#ops.verdictOn(value.opId);
    const lane = this.#lanes.get(value.opId);
    if (state === "terminated") this.#drop(value);
    else if (this.#ended === "failed" || (state === "paused" && this.#ended === "closed"))
      this.outcome.endWith("unavailable");
    else if (state === "running" && !lane) this.emit(value);
    else this.#hold(value, lane ?? []);
  }

  protected told({ opId, signal }: Signal): void {
    this.#inTurn(() => {
      this.#ops.apply({ opId, signal, sequence: 0n });
      for (const [opId, lane] of this.#lanes) if (this.outcome.end === "open") this.#update(opId, lane);
    });
  }

  protected override lost(withError: boolean): void {
    this.#inTurn(() => {
      this.#ended = withError ? "failed" : "closed";
      super.lost(this.#lanes.size > 0);
    });
  }

  protected override settle(): void {
    if (this.sourceOver && this.#held() === 0 && !this.#flushing) super.settle();
  }

  /** An event that another one causes waits until that one has been told to everyone. */
  #inTurn(event: () => void): void {
    if (this.#events.push(event) > 1) return;
    for (; this.#events.length > 0; this.#events.shift()) this.#events[0]!();
  }

  #update(opId: string, lane: Value[]): void {
    const { state } = this.#ops.verdictOn(opId);
    if (state === "paused") return;
    this.#flushing = true;
    while (lane.length > 0 && this.outcome.end === "open") {
      if (state === "running") this.emit(lane.shift()!);
      else this.#drop(lane.shift()!);
    }
    this.#flushing = false;
    this.#lanes.delete(opId);
    this.settle();
  }

  #drop({ name }: Value): void {
    if (this.options.onTerminated === "error") this.outcome.endWith("terminated");
    else this.outcome.dropped.push(name);
  }

  #hold(value: Value, lane: Value[]): void {
    if (!hold(lane, value, this.options, this.#held() < this.options.totalLimit)) this.outcome.endWith("overflow");
    if (lane.length > 0) this.#lanes.set(value.opId, lane);
  }

  #held(): number {
    return [...this.#lanes.values()].reduce((sum, lane) => sum + lane.length, 0);
  }
}

describe("For random interleavings of values, signals and ends, also in each other's handlers,", () => {
  const limit = fc.integer({ min: 1, max: 6 });
  const overflow = fc.constantFrom("error", "dropOldest", "dropNewest");

  it("holdWhilePaused does what its model does", () => {
    fc.assert(
      fc.property(scripts([OP]), fc.record({ limit, overflow }), (script, options) => {
        const held = new HeldCount();
        const outcome = playGate(script, (status$) => holdWhilePaused(status$, { ...options, onHeld: held.onHeld }));
        held.check(outcome);
        expect(outcome).to.deep.equal(new HoldWhilePausedModel(options).play(script));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("dropWhilePaused does what its model does", () => {
    fc.assert(
      fc.property(scripts([OP]), (script) => {
        const outcome = playGate(script, (status$) => dropWhilePaused(status$));
        expect(outcome).to.deep.equal(new DropWhilePausedModel().play(script));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("failOnTerminate does what its model does", () => {
    fc.assert(
      fc.property(scripts([OP]), (script) => {
        const outcome = playGate(script, (status$) => failOnTerminate(status$));
        expect(outcome).to.deep.equal(new FailOnTerminateModel().play(script));
      }),
      { numRuns: NUM_RUNS },
    );
  });

  it("holdByOp does what its model does, signals to the agent and the fleet included", () => {
    const options = fc.record({
      ...{ limit, overflow },
      totalLimit: fc.integer({ min: 1, max: 10 }),
      onTerminated: fc.constantFrom("drop", "drop", "error"),
    });
    const message = ({ opId, signal }: Signal): OpControlMessage => ({ opId, signal, sequence: 0n });
    fc.assert(
      fc.property(scripts(["op:a", "op:b", "op:c"], ["op:a", "op:b", AGENT, FLEET]), options, (script, options) => {
        const held = new HeldCount();
        const { outcome } = play(script, message, (signals$, { dropped }) =>
          holdByOp(OpControlSubscriber.from(signals$), ({ opId }) => opId, {
            ...options,
            onHeld: held.onHeld,
            onDrop: ({ name }) => dropped.push(name),
          }),
        );
        held.check(outcome);
        expect(outcome).to.deep.equal(new HoldByOpModel(options).play(script));
      }),
      { numRuns: 2 * NUM_RUNS },
    );
  });

  it("awaitOp does what its model does", () => {
    const model = (script: readonly Step[]): [string[], string] => {
      for (const step of script) {
        if (step.type === "statusesComplete") return [[], "completed"];
        if (step.type === "statusesError") return [[], "unavailable"];
        if (step.type === "unsubscribe") return [[], "unsubscribed"];
        if (step.type === "signal" && step.signal === "TERMINATE") return [[], "terminated"];
        if (step.type === "signal" && step.signal === "RESUME") return [["running"], "completed"];
      }
      return [[], "open"];
    };
    fc.assert(
      fc.property(scripts([OP]), (script) => {
        const states: string[] = [];
        const outcome = new Outcome();
        const status$ = new Subject<OpStatus>();
        const subscription = status$.pipe(awaitOp()).subscribe({
          next: ({ state }) => states.push(state),
          error: (error: unknown) => outcome.endWith(nameOf(error)),
          complete: () => outcome.endWith("completed"),
        });
        for (const step of script) {
          if (step.type === "signal") status$.next(statuses[step.signal]);
          if (step.type === "statusesComplete") status$.complete();
          if (step.type === "statusesError") status$.error(statusesError);
          if (step.type === "unsubscribe") subscription.unsubscribe();
          if (step.type === "unsubscribe") outcome.endWith("unsubscribed");
        }
        expect([states, outcome.end]).to.deep.equal(model(script));
        expect(status$.observed).to.equal(outcome.end === "open");
      }),
      { numRuns: NUM_RUNS },
    );
  });
});
