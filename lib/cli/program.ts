import type { Command } from "commander";
import { createRequire } from "node:module";
import { commandOf } from "./commandOf.js";
import { demoCommand } from "./demo/demoCommand.js";

/** The whole `rx-op-control` command, not run yet. */
export function program(): Command {
  const { version } = createRequire(import.meta.url)("rx-op-control/package.json") as { readonly version: string };
  return (
    commandOf("rx-op-control", "The kill switch of a governance gateway, on the agent's side.")
      .version(version)
      // A line per command, in the order that the help has them in.
      .addCommand(demoCommand())
  );
}
