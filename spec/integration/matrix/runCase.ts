import { expect } from "chai";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent } from "./Agent.js";
import type { Fault, Phase, Row } from "./Row.js";
import { Scene } from "./Scene.js";

/** A row, when its fault comes, and how many ops there are. */
export interface Case {
  readonly row: Row;
  readonly phase: Phase;
  readonly opCount: number;
}

/** What the contract allows from a fault that nothing tells of until it is noticed, over keepalive's own. */
const GRACE_MS = 500;

/** Has an agent meet a fault, and survive it. */
export async function runCase({ row, phase, opCount }: Case): Promise<void> {
  await using scene = await Scene.open();
  scene.options = row.options ?? {};
  const fault = await row.build(scene);
  const agent = await meet[phase](row, fault, scene, opCount);
  await fault.lift?.();
  await agent.obeys();
  await agent.closesWell({ slowly: row.isRefusal ?? false });
}

const meet: Readonly<Record<Phase, (row: Row, fault: Fault, scene: Scene, opCount: number) => Promise<Agent>>> = {
  async "on first connect"(row, fault, scene, opCount) {
    await fault.arm();
    const agent = new Agent(scene, opCount);
    await suffers(agent, row, 0);
    return agent;
  },

  async "while live"(row, fault, scene, opCount) {
    const agent = new Agent(scene, opCount);
    await agent.live();
    await agent.isHeld("paused");
    if (fault.strike) {
      const { length } = agent.statuses;
      const began = performance.now();
      if (row.isHandover) {
        await expectNoGap(agent, scene, fault.strike);
        expect(agent.statuses.slice(length)).to.deep.equal([]);
        return agent;
      }
      await fault.strike();
      await agent.fails(1, length, row.struck ?? row.reason);
      if (row.isSilent) expectNoticed(agent, scene, length, began);
      return agent;
    }
    // What only an attempt can meet leaves a stream alone that is there already.
    await fault.arm();
    const { length } = agent.statuses;
    await agent.isServed();
    expect(agent.statuses).to.have.length(length);
    scene.proxy.reset();
    await suffers(agent, row, length);
    return agent;
  },

  async "on reconnect"(row, fault, scene, opCount) {
    const agent = new Agent(scene, opCount);
    await agent.live();
    await agent.isHeld("terminated");
    const { length } = agent.statuses;
    scene.proxy.hangUp();
    await fault.arm();
    await suffers(agent, row, length);
    return agent;
  },
};

/** Attempts come to nothing, and say why; whatever the other side answers, it is no stream. */
async function suffers(agent: Agent, row: Row, after: number): Promise<void> {
  await agent.fails(row.times ?? 2, after, row.reason);
  if (row.goesLive) return;
  const states = agent.statuses.slice(after).map(({ state }) => state);
  expect(states, "never live under the fault").not.to.include("live");
}

function expectNoticed({ statuses }: Agent, scene: Scene, after: number, began: number): void {
  const { intervalMs = 0, timeoutMs = 0 } = scene.options.keepalive ?? {};
  const { at } = statuses[after]!;
  expect(at - began).to.be.within(timeoutMs / 2, intervalMs + timeoutMs + GRACE_MS);
}

/** What is sent all through a handover arrives, all of it. */
async function expectNoGap(agent: Agent, scene: Scene, strike: () => unknown): Promise<void> {
  const sent: string[] = [];
  const send = async (): Promise<void> => {
    const opId = `during:${sent.length}`;
    sent.push(opId);
    await scene.send([{ opId, signal: 1 }]);
  };
  const handedOver = agent.reports("handover").then(() => true);
  // What is under way when it begins is on the old stream only.
  await send();
  await strike();
  while (!(await Promise.race([handedOver, sleep(2, false)]))) await send();
  await send();
  await scene.settles(1);
  await send();
  await agent.until("all that was sent during the handover", () => sent.every((opId) => agent.control.isPaused(opId)));
}
