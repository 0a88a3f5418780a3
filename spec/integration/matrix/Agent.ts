import { expect } from "chai";
import { setImmediate as nextTurn } from "node:timers/promises";
import { inspect } from "node:util";
import { catchError, EMPTY, filter, firstValueFrom, map, merge, type Observable, of } from "rxjs";
import type { CredentialToken } from "../../../lib/channel/credentialToken.js";
import type { ChannelStatus } from "../../../lib/channel/ChannelStatus.js";
import type { Diagnostic } from "../../../lib/Diagnostic.js";
import { OpTerminatedError } from "../../../lib/errors.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpState, OpStatus } from "../../../lib/opStatus.js";
import { US } from "../../helpers/gateways.js";
import { record, type Recording } from "../../helpers/record.js";
import { expectLegal, type TimedStatus } from "./expectLegal.js";
import { type Scene, SECRET } from "./Scene.js";
import { within } from "./within.js";

/** The waits between attempts, in all of the matrix. */
export const reconnect = { initialDelayMs: 10, maxDelayMs: 40 };

/**
 * How long the rows may take that are not about time: whatever hangs in them is none of the row's faults, and an agent
 * that shares its process with a dozen others and their gateways must not be taken for one that hangs.
 */
const patient = { connectTimeoutMs: 5_000, keepalive: { intervalMs: 20_000, timeoutMs: 20_000 } };

/** An op that nobody has heard of until the fault is over. */
const LATE = "late:";

/** One of the ops that are watched from beginning to end. */
interface WatchedOp {
  readonly opId: string;
  readonly told: Recording<OpStatus>;
  readonly states: OpState[];
}

/** One that waits for an op which may not run. */
interface Waiter {
  readonly opId: string;
  readonly awaited: Recording<OpStatus>;
  readonly promised: Promise<unknown>;
}

/** An agent in the matrix: it writes down all that it is told, and knows what it should have been. It ends with its scene. */
export class Agent implements AsyncDisposable {
  readonly control: OpControlSubscriber;
  readonly statuses: TimedStatus[] = [];
  readonly diagnostics: Recording<Diagnostic>;
  readonly #scene: Scene;
  readonly ops: readonly WatchedOp[];
  readonly #everything: Recording<OpStatus>;
  readonly #waiters: Waiter[] = [];
  readonly #held = new Map<string, "paused" | "terminated">();
  readonly #violations: string[] = [];

  constructor(scene: Scene, opCount: number) {
    this.#scene = scene;
    this.control = OpControlSubscriber.connect(scene.endpoint, {
      ...US,
      ...patient,
      reconnect,
      credentialToken: (() => scene.token()) as CredentialToken,
      ...scene.options,
    });
    scene.own(this);
    this.diagnostics = record(this.control.diagnostics$);
    this.#everything = record(this.control.statuses$);
    this.control.connection$.subscribe((status) => {
      this.statuses.push({ ...status, at: performance.now() });
      this.#look();
    });
    this.control.diagnostics$.subscribe(() => this.#look());
    this.ops = Array.from({ length: opCount }, (_, index) => {
      const opId = `op:${index}`;
      return { opId, told: record(this.control.status(opId)), states: ["running"] };
    });
  }

  /** When the channel is live. */
  async live(): Promise<void> {
    await this.until("the channel is live", () => this.control.streamAlive());
  }

  /** Has a third of its ops paused and a third terminated; one that is alone is what is asked for. */
  async isHeld(alone: "paused" | "terminated"): Promise<void> {
    const states = ["paused", "terminated", undefined] as const;
    const held = this.ops.map((op, index) => [op, this.ops.length === 1 ? alone : states[index % 3]] as const);
    await this.#isTold(
      held.flatMap(([{ opId }, state]) => (state ? [[opId, state] as const] : [])),
      "what it is told before the fault",
    );
    for (const [{ opId, states }, state] of held) {
      if (!state) continue;
      states.push(state);
      this.#held.set(opId, state);
      if (state === "paused") this.#wait(opId);
    }
  }

  /** Whether signals still come: one is sent, and has arrived. */
  async isServed(): Promise<void> {
    await this.#isTold([["served:", "paused"]], "what it is told in spite of the fault");
  }

  /** When so many attempts or streams have ended, after so many statuses, with an error that says so. */
  async fails(times: number, after: number, reason: RegExp): Promise<ChannelStatus> {
    const failures = () =>
      this.statuses
        .slice(after)
        .filter(({ retryInMs, lastError }) => retryInMs !== undefined && reason.test(lastError ?? ""));
    await this.until(`${times} failure(s) by ${String(reason)}`, () => failures().length >= times);
    return failures()[0]!;
  }

  /** When it has a diagnostic of that kind. */
  async reports(kind: Diagnostic["kind"]): Promise<void> {
    await this.until(`a diagnostic of ${kind}`, () => this.diagnostics.values.some((value) => value.kind === kind));
  }

  /** The channel is live, with one stream; every op that is left is terminated now, and obeys. */
  async obeys(): Promise<void> {
    await this.live();
    await this.#scene.settles(1);
    const left = this.ops.filter(({ states }) => states.at(-1) !== "terminated");
    for (const { opId } of left) this.#held.delete(opId);
    const opIds = [...left.map(({ opId }) => opId), LATE];
    await this.#isTold(
      opIds.map((opId) => [opId, "terminated"] as const),
      "what it is told after the fault",
    );
    for (const { states } of left) states.push("terminated");
    for (const opId of opIds) this.#held.set(opId, "terminated");
    await this.#scene.settles(1);
  }

  /** Closes it, and looks back at everything that it was ever told. */
  async closesWell({ slowly }: { readonly slowly: boolean }): Promise<void> {
    this.#look();
    this.control.close();
    const { length } = this.statuses;
    await this.#scene.settles(0);
    for (let turn = 0; turn < 3; turn++) await nextTurn();
    expect(this.statuses.length, "nothing is told after close()").to.equal(length);
    this.#look();
    expect(this.#violations.slice(0, 3).join("\n"), `${this.#violations.length} time(s)`).to.equal("");
    expectLegal(this.statuses, { slowly, ...reconnect });
    await this.#expectHeldAllTheTime();
    this.expectNoSecret();
  }

  /** Nothing that it tells has what it proves itself by in it. */
  expectNoSecret(...errors: readonly unknown[]): void {
    const everything = [
      this.statuses,
      this.diagnostics.values,
      this.ops.map(({ told }) => [told.values, told.end]),
      // One for all: what makes an error's stack readable takes long.
      this.#waiters[0]?.awaited.end,
      errors,
    ];
    const text = inspect(everything, { depth: Infinity, maxArrayLength: Infinity, showHidden: true });
    expect(text).not.to.include(SECRET);
  }

  /** When that is true, looked at whenever it is told something. */
  async until(what: string | (() => string), isTrue: () => boolean): Promise<void> {
    const { connection$, statuses$, signals$, diagnostics$ } = this.control;
    const told$: Observable<unknown> = merge(of(0), connection$, statuses$, signals$, diagnostics$);
    const isTrue$ = told$.pipe(
      catchError(() => EMPTY),
      filter(isTrue),
      map(() => true),
    );
    const missing = () => `${typeof what === "string" ? what : what()}; its channel went this way: ${this.#way()}`;
    const cameTrue = await within(firstValueFrom(isTrue$, { defaultValue: false }), missing);
    if (!cameTrue) throw new Error(`ended before it came about: ${missing()}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.control.close();
    return Promise.resolve();
  }

  /** Sends it signals until they are obeyed: what is sent while a stream is being replaced is nobody's. */
  async #isTold(states: readonly (readonly [string, "paused" | "terminated"])[], what: string): Promise<void> {
    const isObeyed = ([opId, state]: (typeof states)[number]) =>
      state === "paused" ? this.control.isPaused(opId) : this.control.isTerminated(opId);
    // Most of the time the last one tells that they are not all there.
    const areObeyed = () => states.toReversed().every(isObeyed);
    while (!areObeyed()) {
      await this.live();
      const { length } = this.statuses;
      const signals = states.map(([opId, state]) => ({ opId, signal: state === "paused" ? 1 : 3 }));
      await this.#scene.send(signals);
      await this.until(
        () => `${what}: ${states.filter(isObeyed).length} of ${states.length} have come`,
        () => areObeyed() || this.statuses.length > length,
      );
    }
  }

  #wait(opId: string): void {
    const promised = this.control.whenRunnable(opId).then(
      (isRunnable) => isRunnable,
      (error: unknown) => error,
    );
    this.#waiters.push({ opId, awaited: record(this.control.awaitOp(opId)), promised });
  }

  /** Whatever may run that was told not to is written down. */
  #look(): void {
    for (const [opId, state] of this.#held) {
      const [isPaused, isTerminated] = [this.control.isPaused(opId), this.control.isTerminated(opId)];
      if (state === "terminated" ? isTerminated : isPaused || isTerminated) continue;
      this.#violations.push(`${opId} was ${state}, and is not when the channel's way is ${this.#way()}`);
    }
    for (const { opId, awaited } of this.#waiters) {
      if (awaited.values.length > 0) this.#violations.push(`awaitOp let ${opId} through`);
    }
  }

  async #expectHeldAllTheTime(): Promise<void> {
    for (const { opId, told, states } of this.ops) {
      expect(statesOf(told.values), opId).to.deep.equal(states);
      const changes = this.#everything.values.filter((status) => status.opId === opId);
      expect(statesOf(changes), `${opId} in statuses$`).to.deep.equal(states.slice(1));
      expect(told.end, opId).to.equal("completed");
    }
    for (const { opId, awaited, promised } of this.#waiters) {
      expect(awaited.values, opId).to.deep.equal([]);
      expect(awaited.end, opId).to.be.instanceOf(OpTerminatedError);
      expect(await promised, opId).to.be.instanceOf(OpTerminatedError);
    }
  }

  #way(): string {
    return this.statuses
      .slice(-8)
      .map(({ state, lastError }) => (lastError === undefined ? state : `${state} (${lastError})`))
      .join(", ");
  }
}

function statesOf(statuses: readonly OpStatus[]): OpState[] {
  return statuses.map(({ state }) => state);
}
