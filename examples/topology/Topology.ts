import { NatsServer } from "../../spec/helpers/NatsServer.js";
import { AgentProcess, type AgentView } from "./AgentProcess.js";
import { GatewayProcess } from "./GatewayProcess.js";

const AGENTS = 10;

/** Two gateways on one bus, and ten agents, each of which is told by one of the two and by the bus. */
export class Topology implements AsyncDisposable {
  private constructor(
    readonly bus: NatsServer,
    readonly gateways: readonly [GatewayProcess, GatewayProcess],
    readonly agents: readonly AgentProcess[],
  ) {}

  /** Resolves when all of the agents work. */
  static async start(): Promise<Topology> {
    const bus = await NatsServer.start();
    const gateways = await Promise.all([GatewayProcess.start(bus.address), GatewayProcess.start(bus.address)]);
    const agents = Array.from({ length: AGENTS }, (_, index) => {
      const { endpoint } = gateways[index < AGENTS / 2 ? 0 : 1];
      return new AgentProcess(`agent-${index + 1}`, endpoint, bus.address);
    });
    const topology = new Topology(bus, gateways, agents);
    await topology.all(({ steps }) => steps > 0);
    return topology;
  }

  /** When that holds of all agents. */
  async all(holds: (view: AgentView) => boolean): Promise<void> {
    await Promise.all(this.agents.map((agent) => agent.until(holds)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const agent of this.agents) agent.end();
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
    await this.bus[Symbol.asyncDispose]();
  }
}
