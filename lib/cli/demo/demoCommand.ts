import type { Command } from "commander";
import { withConnectionOptions } from "../connection/connectionOptions.js";
import { commandOf } from "../commandOf.js";
import type { DemoArguments } from "./runDemo.js";

const EXIT_CODES = `
Exit codes:
  0  the agent has worked through every line, you have quit, or in the demo's own gateway it was terminated
  2  wrong usage, or a wrong --input
  3  with --gateway: the op is terminated
  4  the channel has failed`;

/** `rx-op-control demo`: what `npm start` does. */
export function demoCommand(): Command {
  const command = commandOf(
    "demo",
    "Run an agent that works through a text file, a tool call per line, gated over gRPC. Without --gateway it brings " +
      "its own gateway and you are the operator: p pauses, r resumes, t terminates, q quits (a script does it where " +
      "there is no terminal).",
    ["rx-op-control demo", "rx-op-control demo --gateway 127.0.0.1:50051 --op demo:2"],
  )
    .option("--input <file>", "the text to work through, a tool call per line (default: this package's README.md)")
    .option("--op <id>", "the op that the agent works under", "demo:1");
  return withConnectionOptions(command, "one of its own")
    .addHelpText("after", EXIT_CODES)
    .action(async (args: DemoArguments) => {
      const { runDemo } = await import("./runDemo.js");
      process.exitCode = await runDemo(args);
    });
}
