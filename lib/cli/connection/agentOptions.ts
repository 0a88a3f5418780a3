import { type Command, Option } from "commander";

/** Who an agent is, as commander gives it. */
export interface AgentArguments {
  readonly org?: string;
  readonly team?: string;
  readonly agent?: string;
}

/** Gives a command the options that say who an agent is; `agent` says what it is to the command. */
export function withAgentOptions(command: Command, agent: string): Command {
  return command
    .addOption(new Option("--agent <id>", agent).env("AA_GATEWAY_AGENT_ID"))
    .addOption(new Option("--team <id>", "the agent's team").env("AA_AGENT_TEAM_ID"))
    .addOption(new Option("--org <id>", "the agent's organisation").env("AA_AGENT_ORG_ID"));
}
