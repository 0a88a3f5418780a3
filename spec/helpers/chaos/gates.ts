import {
  catchError,
  defer,
  EMPTY,
  exhaustMap,
  fromEvent,
  interval,
  lastValueFrom,
  type Observable,
  takeUntil,
  tap,
  timer,
} from "rxjs";
import { setTimeout as sleep } from "node:timers/promises";
import { OpTerminatedError } from "../../../lib/errors.js";
import { failOnTerminate } from "../../../lib/operators/failOnTerminate.js";
import { holdWhilePaused } from "../../../lib/operators/holdWhilePaused.js";
import type { ChaosAgent } from "./ChaosAgent.js";
import type { ChaosRun } from "./ChaosRun.js";
import type { Operator } from "./Operator.js";
import type { Random } from "./Random.js";

const EVERY_MS = 15;

/** Work under an op that looks, whenever it gets on, whether it may. */
type Gate = (agent: ChaosAgent, opId: string) => Observable<unknown>;

const gates: Readonly<Record<string, Gate>> = {
  holdWhilePaused: (agent, opId) => {
    let passed = -1;
    return interval(EVERY_MS).pipe(
      holdWhilePaused(agent.control.status(opId), { limit: 50, overflow: "dropOldest" }),
      tap((value) => {
        agent.checkMayRun(opId, "holdWhilePaused");
        if (value <= passed) throw new Error(`${value} after ${passed}`);
        passed = value;
      }),
    );
  },
  failOnTerminate: (agent, opId) =>
    interval(EVERY_MS).pipe(
      failOnTerminate(agent.control.status(opId)),
      tap(() => agent.checkNotTerminated(opId, "failOnTerminate")),
    ),
  awaitOp: (agent, opId) =>
    interval(EVERY_MS).pipe(
      exhaustMap(() => agent.control.awaitOp(opId)),
      tap(() => agent.checkMayRun(opId, "awaitOp")),
    ),
  whenRunnable: (agent, opId) =>
    interval(EVERY_MS).pipe(
      exhaustMap(async () => {
        if (await agent.control.whenRunnable(opId, { timeoutMs: 1_000 })) agent.checkMayRun(opId, "whenRunnable");
      }),
    ),
  runOp: (agent, opId) =>
    agent.control.runOp(opId, async function* ({ signal, checkpoint }) {
      for (let steps = 0; ; steps++) {
        await checkpoint();
        agent.checkMayRun(opId, "runOp's checkpoint");
        yield steps;
        await sleep(EVERY_MS, undefined, { signal });
        agent.checkNotTerminated(opId, "runOp");
      }
    }),
};

/** How often work got through a gate, and how often a terminate ended it. */
export interface GateCounts {
  passed: number;
  terminated: number;
}

/** Every kind of gate on ops of one subscriber, one after the other until the run is over. */
export async function keepGatesBusy(
  run: ChaosRun,
  agent: ChaosAgent,
  operator: Operator,
  random: Random,
  counts: GateCounts,
): Promise<void> {
  await Promise.all(
    Object.entries(gates).map(async ([name, gate]) => {
      const draws = random.fork();
      while (!run.isOver) {
        await passThrough(run, agent, gate, name, operator.anOp(draws), draws.int(500, 4_000), counts);
        // An op may be terminated from the start.
        await run.pause(EVERY_MS);
      }
    }),
  );
}

async function passThrough(
  run: ChaosRun,
  agent: ChaosAgent,
  gate: Gate,
  name: string,
  opId: string,
  forMs: number,
  counts: GateCounts,
): Promise<void> {
  const work$ = defer(() => gate(agent, opId)).pipe(
    tap(() => {
      counts.passed++;
      agent.checkStale(opId);
    }),
    catchError((error: unknown) => {
      if (!(error instanceof OpTerminatedError)) {
        run.fail(agent.name, `${name} of ${opId} ended with ${String(error)}`, [opId]);
        return EMPTY;
      }
      counts.terminated++;
      agent.checkTerminated(opId, name);
      return EMPTY;
    }),
    takeUntil(timer(forMs)),
    takeUntil(fromEvent(run.over, "abort")),
  );
  await lastValueFrom(work$, { defaultValue: undefined });
}
