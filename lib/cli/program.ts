import type { Command } from "commander";
import { createRequire } from "node:module";
import { boardCommand } from "./board/boardCommand.js";
import { commandOf } from "./commandOf.js";
import { demoCommand } from "./demo/demoCommand.js";
import { execCommand } from "./exec/execCommand.js";
import { gatewayCommand } from "./gateway/gatewayCommand.js";
import {
  actCommand,
  haltAgentCommand,
  haltFleetCommand,
  opsCommand,
  registerCommand,
} from "./operator/operatorCommands.js";
import { watchCommand } from "./watch/watchCommand.js";

const EXIT_CODES = `
Exit codes:
  0  done
  2  wrong usage, or not confirmed (halt-fleet)
  3  the op is terminated (exec; watch, where all of the named ones are; demo, with --gateway)
  4  the channel has failed, the API has refused it, or whatever else went wrong
exec passes on those of its command besides.`;

/** The whole `rx-op-control` command, not run yet. */
export function program(): Command {
  const { version } = createRequire(import.meta.url)("rx-op-control/package.json") as { readonly version: string };
  return (
    commandOf("rx-op-control", "The kill switch of a governance gateway, on the agent's side.", [
      "rx-op-control demo",
      "rx-op-control gateway",
      "rx-op-control exec --op demo:1 -- ping 127.0.0.1",
      "rx-op-control watch",
      "rx-op-control help exec",
    ])
      .version(version)
      // exec leaves the options that follow its command to that command.
      .enablePositionalOptions()
      .addHelpText("after", EXIT_CODES)
      // A line per command, in the order that the help has them in.
      .addCommand(demoCommand())
      .addCommand(watchCommand())
      .addCommand(execCommand())
      .addCommand(boardCommand())
      .addCommand(gatewayCommand())
      .addCommand(opsCommand())
      .addCommand(registerCommand())
      .addCommand(actCommand("pause"))
      .addCommand(actCommand("resume"))
      .addCommand(actCommand("terminate"))
      .addCommand(haltAgentCommand())
      .addCommand(haltFleetCommand())
  );
}
