import { Argument, type Command } from "commander";
import { OP_ACTIONS, type OpAction } from "../../rest/OpRecord.js";
import { withApiOptions } from "../api/apiOptions.js";
import { commandOf } from "../commandOf.js";
import { withAgentOptions } from "../connection/agentOptions.js";
import type { OperatorRequest } from "./explain.js";
import type { OpsArguments } from "./runOps.js";
import type { RegisterArguments } from "./runRegister.js";
import type { RequestArguments } from "./runRequest.js";

/** What the exit codes mean, where these two do not mean the same everywhere. */
function exitCodes(done = "the gateway has accepted it", usage = "wrong usage"): string {
  return `
Exit codes:
  0  ${done}
  2  ${usage}
  4  the gateway refused it, or could not be asked`;
}

const CONFIRMED = `wrong usage; or it is to terminate, and that was not confirmed: somebody at the terminal has typed
     something else than yes, or there is no terminal and no --yes`;

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
  return asking(command, DASHES + exitCodes()).action((opId: string, args: RequestArguments) =>
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
  return asking(command, DASHES + exitCodes()).action((opId: string, action: OpAction, args: RequestArguments) =>
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
  return asking(command, exitCodes(undefined, CONFIRMED)).action((action: OpAction, args: RequestArguments) =>
    run({ action, scope: "fleet", opId: "" }, args),
  );
}

const REGISTERED = `
The gateway of production knows whose an op is, and does not read --agent. One for development sends the op's signals to
that agent; without --agent to every one that is subscribed.
`;

/** `rx-op-control register`: makes an op known, so that it can be acted on. */
export function registerCommand(): Command {
  const command = commandOf(
    "register",
    "Register an op, so that it can be paused, resumed and terminated; exec does so by itself. One that is known " +
      "already stays in its state.",
    ["rx-op-control register demo:2", "rx-op-control register 4bf92f35:00f067aa --agent agent-7"],
  ).argument("<op>", "the op's id, as its agent asks about it");
  const details = `${REGISTERED}${DASHES}${exitCodes("it is registered, now or since before")}`;
  return asking(withAgentOptions(command, "whose op it is (default: nobody's)"), details).action(
    async (opId: string, args: RegisterArguments) => {
      const { runRegister } = await import("./runRegister.js");
      process.exitCode = await runRegister(opId, args);
    },
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
  const codes = exitCodes("they are listed, also where there are none");
  return asking(command, codes).action(async (args: OpsArguments) => {
    const { runOps } = await import("./runOps.js");
    process.exitCode = await runOps(args);
  });
}

function actionArgument(): Argument {
  return new Argument("<action>", "what to do").choices(OP_ACTIONS);
}

function asking(command: Command, details: string): Command {
  return withApiOptions(command).option("--json", "the gateway's answer as NDJSON").addHelpText("after", details);
}

async function run(request: OperatorRequest, args: RequestArguments): Promise<void> {
  const { runRequest } = await import("./runRequest.js");
  process.exitCode = await runRequest(request, args);
}
