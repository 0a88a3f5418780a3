#!/usr/bin/env node
import { CommanderError } from "commander";
import { describeError } from "../printable.js";
import { ExitCode } from "./ExitCode.js";
import { program } from "./program.js";

// Whoever reads our output may have seen enough, as `head` does.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(ExitCode.done);
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // commander has printed its own message by now, and asks for 1 where the usage was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  console.error(`error: ${describeError(error)}`);
  return error instanceof TypeError ? ExitCode.usage : ExitCode.channelFailed;
}
