import type { ChaosRun } from "./ChaosRun.js";
import type { Operator } from "./Operator.js";

/** What is final for whole agents and for all of them, at the end, and that a fault afterwards undoes nothing of it. */
export async function finale(run: ChaosRun, operators: readonly Operator[]): Promise<void> {
  const agents = operators.flatMap((operator) => operator.agents);
  const settled = () => Promise.all(agents.map((agent) => agent.settle()));
  run.history.note("finale", "TERMINATE to the first agent of each gateway");
  for (const operator of operators) operator.haltAgent(operator.agents[0]!.identity, "TERMINATE");
  await settled();
  run.history.note("finale", "every connection is reset");
  for (const agent of agents) {
    agent.faultBegins();
    agent.proxy.reset();
    agent.faultEnds();
  }
  await settled();
  run.history.note("finale", "TERMINATE to the fleet");
  for (const operator of operators) operator.signal("*", "TERMINATE");
  await settled();
  for (const { agents: theirs, opIds } of operators) {
    for (const agent of theirs) for (const opId of opIds) agent.checkTerminated(opId, "everything");
  }
}
