import { Command } from "commander";
import { runDemo } from "./runDemo.js";

/** `rx-op-control demo`: what `npm start` does. */
export function demoCommand(): Command {
  return new Command("demo")
    .description(
      "Run an agent that works through a text file, a tool call per line, gated over gRPC. Without --gateway it brings " +
        "its own gateway and you are the operator: p pauses, r resumes, t terminates, q quits (a script does it where " +
        "there is no terminal).",
    )
    .option("--input <file>", "the text to work through, a tool call per line (default: this package's README.md)")
    .option("--gateway <host:port>", "attach to a gateway that is running elsewhere")
    .option("--org <id>", "the agent's organisation", "demo")
    .option("--team <id>", "the agent's team", "demo")
    .option("--agent <id>", "the agent", "demo-agent")
    .option("--op <id>", "the op that the agent works under", "demo:1")
    .allowExcessArguments(false)
    .exitOverride()
    .showHelpAfterError("(--help says what there is)")
    .action(async (options: Parameters<typeof runDemo>[0]) => {
      process.exitCode = await runDemo(options);
    });
}
