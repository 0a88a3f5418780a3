import { check } from "../../check.js";
import { checkOwnId } from "../../checkOwnId.js";
import type { AgentIdentity } from "../../options.js";
import { printable } from "../../printable.js";
import { type ApiArguments, opsClientOf } from "../api/apiOptions.js";
import type { AgentArguments } from "../connection/agentOptions.js";
import { ExitCode } from "../ExitCode.js";
import { given } from "../given.js";
import { jsonLine } from "../jsonLine.js";
import { explain } from "./explain.js";

/** What `register` is told on the command line. */
export interface RegisterArguments extends ApiArguments, AgentArguments {
  readonly json?: boolean;
}

/**
 * Registers an op with the API, and prints in which state it is.
 *
 * @throws Error that says in a sentence why it was refused.
 */
export async function runRegister(
  opId: string,
  { json = false, agent, team, org, ...api }: RegisterArguments,
): Promise<ExitCode> {
  const client = opsClientOf(api);
  checkOwnId("op", opId);
  const record = await client.register(opId, identityOf({ agent, team, org })).catch(async (error: unknown) => {
    throw await explain(error, client, `register ${printable(opId)}`);
  });
  const { op_id, state, registered_at } = record;
  process.stdout.write(
    json
      ? jsonLine(record)
      : `registered ${printable(op_id)} at ${printable(registered_at)}: it is ${printable(state)}\n`,
  );
  return ExitCode.done;
}

function identityOf({ agent, team, org }: Record<keyof AgentArguments, string | undefined>): Partial<AgentIdentity> {
  const [agentId, teamId, orgId] = [given(agent), given(team), given(org)];
  check(agentId !== undefined || (teamId ?? orgId) === undefined, "--agent", "given where --team or --org is");
  return agentId === undefined ? {} : { orgId: orgId ?? "", teamId: teamId ?? "", agentId };
}
