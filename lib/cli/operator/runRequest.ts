import { checkOwnId } from "../../checkOwnId.js";
import type { OpActionAck, OpHaltAck } from "../../rest/OpRecord.js";
import type { OpsClient } from "../../rest/OpsClient.js";
import { type ApiArguments, opsClientOf } from "../api/apiOptions.js";
import { ExitCode } from "../ExitCode.js";
import { jsonLine } from "../jsonLine.js";
import { ackText } from "./ackText.js";
import { isConfirmed } from "./isConfirmed.js";
import { explain, type OperatorRequest } from "./explain.js";

/** What the operator's commands are told on the command line. */
export interface RequestArguments extends ApiArguments {
  readonly json?: boolean;
  readonly yes?: boolean;
}

/**
 * Asks the API for what an operator wants, and prints what was accepted. To terminate the fleet has to be confirmed.
 *
 * @throws Error that says in a sentence why it was refused.
 */
export async function runRequest(
  request: OperatorRequest,
  { json = false, yes = false, ...api }: RequestArguments,
): Promise<ExitCode> {
  const client = opsClientOf(api);
  if (request.scope === "op") checkOwnId("op", request.opId, " (halt-fleet, halt-agent)");
  const isFinal = request.scope === "fleet" && request.action === "terminate";
  if (isFinal && !yes && !(await isConfirmed(`terminate every op of every agent at ${client.apiUrl}`))) {
    console.error("nothing was done");
    return ExitCode.usage;
  }
  const ack = await ask(client, request).catch(async (error: unknown) => {
    throw await explain(error, client, request);
  });
  process.stdout.write(json ? jsonLine(ack) : `${ackText(ack)}\n`);
  return ExitCode.done;
}

function ask(client: OpsClient, { action, scope, opId }: OperatorRequest): Promise<OpActionAck | OpHaltAck> {
  if (scope === "fleet") return client.haltFleet(action);
  return scope === "agent" ? client.haltAgent(opId, action) : client.act(opId, action);
}
