import { setTimeout as sleep } from "node:timers/promises";
import type { AgentProcess, AgentView } from "./AgentProcess.js";
import type { GatewayProcess } from "./GatewayProcess.js";
import type { Topology } from "./Topology.js";

const STANDSTILL_MS = 500;
const JOBS_PER_AGENT = 6;

/**
 * Halts the fleet by either gateway, kills one of them in the middle, and says what came of it; rejects where that is not
 * what is to come of it.
 */
export async function rehearse(topology: Topology, say: (text: string) => void): Promise<void> {
  const { agents, gateways } = topology;
  const [one, two] = gateways;
  const halted = async (
    { operator }: GatewayProcess,
    action: "pause" | "resume" | "terminate",
    state: AgentView["state"],
  ): Promise<string> => {
    const startedAt = performance.now();
    await Promise.all([operator.haltFleet(action), topology.all((view) => view.state === state)]);
    const ms = Math.round(performance.now() - startedAt);
    if (state !== "running") await standsStill(agents);
    return `all ${agents.length} are ${state} after ${ms} ms`;
  };

  say(`pause the fleet by gateway 1: ${await halted(one, "pause", "paused")}`);
  say(`resume it by gateway 2: ${await halted(two, "resume", "running")}`);

  const heard = await terminateJobs(topology);
  say(
    `gateway 1 is killed while ${heard} jobs are terminated, and gateway 2 goes on: every agent has heard of all of its`,
  );

  say(`pause the fleet by gateway 2 alone: ${await halted(two, "pause", "paused")}`);
  await one.restart();
  say(`gateway 1 is back; resume the fleet by it: ${await halted(one, "resume", "running")}`);
  say(`terminate the fleet by gateway 1: ${await halted(one, "terminate", "terminated")}`);

  const wrongSteps = agents.reduce((sum, { view }) => sum + view.wrongSteps, 0);
  if (wrongSteps > 0) throw new Error(`${wrongSteps} steps were done by agents that were not to run`);
}

/** As an operator does who is at gateway 1 and goes to the other when that one does not answer. Gives how many there were. */
async function terminateJobs(topology: Topology): Promise<number> {
  const [one, two] = topology.gateways;
  const jobs = topology.agents.flatMap(({ id: agentId }) =>
    Array.from({ length: JOBS_PER_AGENT }, (_, index) => ({ agentId, job: `job:${agentId}:${index}` })),
  );
  for (const { agentId, job } of jobs) {
    for (const { operator } of [one, two]) await operator.register(job, { orgId: "acme", teamId: "fleet", agentId });
  }
  let killed: Promise<void> | undefined;
  for (const [index, { job }] of jobs.entries()) {
    const acted = one.operator.act(job, "terminate");
    if (index === jobs.length / 2) killed = one.kill();
    await acted.catch(() => two.operator.act(job, "terminate"));
  }
  await killed;
  await topology.all(({ terminatedJobs }) => terminatedJobs.size === JOBS_PER_AGENT);
  return jobs.length;
}

/** Rejects where an agent does a step that is not running. */
async function standsStill(agents: readonly AgentProcess[]): Promise<void> {
  const steps = agents.map(({ view }) => view.steps);
  await sleep(STANDSTILL_MS);
  const moved = agents.filter(({ view }, index) => view.steps !== steps[index]);
  if (moved.length > 0) throw new Error(`${moved.map(({ id }) => id).join(", ")} went on`);
}
