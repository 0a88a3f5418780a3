import { expect } from "chai";
import { readdirSync } from "node:fs";
import { config } from "rxjs";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { agentTls } from "../helpers/certificates.js";
import { connectTo } from "../helpers/gateways.js";
import { errorOf, record, rejectionOf } from "../helpers/record.js";
import { TcpServer } from "../helpers/sockets.js";
import { Agent } from "./matrix/Agent.js";
import { Pool } from "./matrix/Pool.js";
import { endProcesses } from "./matrix/processes.js";
import type { Phase } from "./matrix/Row.js";
import { finalRefusals, kinds } from "./matrix/rows.js";
import { type Case, runCase } from "./matrix/runCase.js";
import { Scene } from "./matrix/Scene.js";
import { UnansweredPort } from "./matrix/UnansweredPort.js";

const PHASES: readonly Phase[] = ["on first connect", "while live", "on reconnect"];
const OP_COUNTS = [0, 1, 100];
const CONCURRENCY = 8;

/** What came of a case that ran beside others. */
type Outcome = Promise<{ readonly error?: Error }>;

describe("The matrix of faults:", function () {
  this.timeout(60_000);

  const pools: Pool[] = [];
  const stray: unknown[] = [];
  const onStray = (error: unknown) => stray.push(error);
  const { onUnhandledError } = config;

  before(() => {
    process.on("unhandledRejection", onStray).on("uncaughtExceptionMonitor", onStray);
    config.onUnhandledError = onStray;
  });

  after(async () => {
    process.off("unhandledRejection", onStray).off("uncaughtExceptionMonitor", onStray);
    config.onUnhandledError = onUnhandledError;
    await Promise.all(pools.map((pool) => pool.end()));
    await endProcesses();
  });

  for (const { name, rows, phases = PHASES, concurrency = CONCURRENCY, isSlow = false } of kinds) {
    const cases: Case[] = [];
    const outcomes = new Map<Case, Outcome>();
    const begin = () => {
      const pool = new Pool(concurrency);
      pools.push(pool);
      for (const one of cases) {
        outcomes.set(
          one,
          pool.run(() => outcomeOf(one)),
        );
      }
    };
    if (isSlow) before(begin);

    describe(name, () => {
      if (!isSlow) before(begin);

      for (const row of rows) {
        for (const phase of phases) {
          for (const opCount of row.opCounts ?? OP_COUNTS) {
            const one: Case = { row, phase, opCount };
            cases.push(one);
            it(`${row.name}, ${phase}, with ${opCount} op${opCount === 1 ? "" : "s"}`, async function () {
              // Half a second is the contract; a machine that is busy elsewhere may need another go.
              if (row.isSilent) this.retries(2);
              const outcome = outcomes.get(one) ?? outcomeOf(one);
              outcomes.delete(one);
              const { error } = await outcome;
              if (error) throw error;
            });
          }
        }
      }

      it("nothing is thrown past the library", () => {
        expect(stray.splice(0)).to.deep.equal([]);
      });
    });
  }

  describe("The gateway refuses an agent that it never had, with", () => {
    for (const [name, end] of finalRefusals) {
      for (const opCount of OP_COUNTS) {
        it(`${name}, with ${opCount} op${opCount === 1 ? "" : "s"}: it has failed, and nothing may run`, async () => {
          await using scene = await Scene.open();
          const gateway = await scene.gateway();
          gateway.refuseNext(Infinity, end);
          const agent = new Agent(scene, opCount);
          const { control, statuses } = agent;
          const error = await rejectionOf(control.ready(), OpControlUnavailableError);
          const isAskedAgain = name === "UNAUTHENTICATED";
          expect(statuses.map(({ state }) => state)).to.deep.equal([
            "connecting",
            ...(isAskedAgain ? ["reconnecting", "reconnecting"] : []),
            "failed",
          ]);
          expect(statuses.at(-1)?.lastError).to.contain(name);
          for (const opId of ["op:0", "late:"]) {
            const waiting = record(control.awaitOp(opId));
            expect([waiting.values, waiting.end]).to.deep.equal([[], error]);
            expect(errorOf(control.status(opId), OpControlUnavailableError)).to.equal(error);
          }
          for (const { told } of agent.ops) expect(told.end).to.equal(error);
          agent.expectNoSecret(error);
          await scene.settles(0);
        });
      }
    }
  });

  describe("Thirty attempts that come to nothing leave no descriptor behind:", () => {
    const fast = { reconnect: { initialDelayMs: 1, maxDelayMs: 1 }, connectTimeoutMs: 15 };

    const rows: Readonly<Record<string, (scene: Scene) => Promise<unknown>>> = {
      async "TCP is accepted, and silent"(scene) {
        scene.endpoint = scene.own(await TcpServer.start((socket) => socket.resume())).endpoint;
      },
      async "TLS hangs in its handshake"(scene) {
        scene.options = { ...scene.options, channelCredentials: agentTls() };
        scene.endpoint = scene.own(await TcpServer.start((socket) => socket.resume())).endpoint;
      },
      async "headers are never sent"(scene) {
        const gateway = await scene.gateway();
        gateway.withholdHeaders();
      },
      async "the token's provider hangs"(scene) {
        await scene.gateway();
        scene.token = () => new Promise(() => undefined);
      },
      async "SYN is dropped"(scene) {
        const port = scene.own(await UnansweredPort.inFrontOf(scene.proxy));
        scene.endpoint = port.endpoint;
        port.stop();
      },
    };
    for (const [name, build] of Object.entries(rows)) {
      it(name, async () => {
        await using scene = await Scene.open();
        scene.options = fast;
        await build(scene);
        const agent = new Agent(scene, 0);
        const descriptors: number[] = [];
        agent.control.connection$.subscribe(() => descriptors.push(readdirSync("/proc/self/fd").length));
        await agent.fails(30, 0, /connectTimeoutMs/);
        // There are two statuses to an attempt. What others do in this process comes and goes.
        const [early, late] = [descriptors.slice(0, 12), descriptors.slice(-12)];
        expect(Math.min(...late)).to.be.at.most(Math.max(...early) + 2);
        expect(agent.statuses.some(({ state }) => state === "live")).to.equal(false);
      });
    }
  });

  it("A name that does not resolve is one that may do so later, whatever this machine's resolver says of it", async () => {
    using control = connectTo(
      { endpoint: "no-such-host.invalid:50051" },
      { reconnect: { initialDelayMs: 10, maxDelayMs: 40 }, connectTimeoutMs: 1_000 },
    );
    const told = record(control.connection$);
    await rejectionOf(control.ready({ signal: AbortSignal.timeout(1_500) }), Error);
    expect(told.values.at(-1)?.state).to.equal("reconnecting");
    expect(told.values.at(-1)?.lastError).to.match(/Name resolution failed|connectTimeoutMs/);
  });
});

function outcomeOf(one: Case): Outcome {
  return runCase(one).then(
    () => ({}),
    (error: unknown) => ({ error: error instanceof Error ? error : new Error(String(error)) }),
  );
}
