import { Argument, type Command } from "commander";
import { OP_ACTIONS, type OpAction } from "../../rest/OpRecord.js";
import { withApiOptions } from "../api/apiOptions.js";
import { commandOf } from "../commandOf.js";
import type { OperatorRequest } from "./explain.js";
import type { OpsArguments } from "./runOps.js";
import type { RequestArguments } from "./runRequest.js";

const EXIT_CODES = `
Exit codes:
  0  the gateway has accepted it
  2  wrong usage, or not confirmed
  4  the gateway refused it, or could not be asked`;

const DASHES = `
An op whose id begins with a dash goes behind "--".
`;

const summaries: Readonly<Record<OpAction, string>> = {
  pause: "Hold an op: its agent waits until it is resumed.",
  resume: "Let an op that was paused go on.",
  terminate: "Stop an op for good. Nothing lifts that.",
};

/** `rx-op-control pause|resume|terminate`: the operator's word on one op. */
export function actCommand(action: OpAction): Command {
  const command = commandOf(action, summaries[action], [
    `rx-op-control ${action} 4bf92f35:00f067aa`,
    `rx-op-control ${action} --api https://gateway.example demo:1`,
  ]).argument("<op>", "the op's id, as `rx-op-control ops` lists it");
  return asking(command, DASHES).action((opId: string, args: RequestArguments) =>
    run({ action, scope: "op", opId }, args),
  );
}

/** `rx-op-control halt-agent`: the same for all ops of an agent. */
export function haltAgentCommand(): Command {
  const command = commandOf(
    "halt-agent",
    "Pause, resume or terminate every op of an agent. The agent is named by one of its ops, which the gateway has to " +
      "know it by.",
    ["rx-op-control halt-agent demo:1 pause"],
  )
    .argument("<op>", "an op of that agent")
    .addArgument(actionArgument());
  return asking(command, DASHES).action((opId: string, action: OpAction, args: RequestArguments) =>
    run({ action, scope: "agent", opId }, args),
  );
}

/** `rx-op-control halt-fleet`: the same for all ops there are. */
export function haltFleetCommand(): Command {
  const command = commandOf(
    "halt-fleet",
    "Pause, resume or terminate every op of every agent. To terminate has to be confirmed: at the terminal, or by " +
      "--yes, without which no script can.",
    ["rx-op-control halt-fleet pause", "rx-op-control halt-fleet terminate --yes"],
  )
    .addArgument(actionArgument())
    .option("-y, --yes", "confirm to terminate, and ask for nothing");
  return asking(command).action((action: OpAction, args: RequestArguments) =>
    run({ action, scope: "fleet", opId: "" }, args),
  );
}

/** `rx-op-control ops`: what there is to act on. */
export function opsCommand(): Command {
  const command = commandOf(
    "ops",
    "List the ops that are registered. A table on a terminal; else a line per op: its id, its state, since when it is " +
      "registered and since when in that state, with tabs in between. Ops that have ended are listed for a minute.",
    ["rx-op-control ops", "rx-op-control ops --json | jq -r 'select(.state == \"paused\").op_id'"],
  );
  return asking(command).action(async (args: OpsArguments) => {
    const { runOps } = await import("./runOps.js");
    process.exitCode = await runOps(args);
  });
}

function actionArgument(): Argument {
  return new Argument("<action>", "what to do").choices(OP_ACTIONS);
}

function asking(command: Command, details = ""): Command {
  return withApiOptions(command)
    .option("--json", "the gateway's answer as NDJSON")
    .addHelpText("after", `${details}${EXIT_CODES}`);
}

async function run(request: OperatorRequest, args: RequestArguments): Promise<void> {
  const { runRequest } = await import("./runRequest.js");
  process.exitCode = await runRequest(request, args);
}
