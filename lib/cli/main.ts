#!/usr/bin/env node
import { CommanderError } from "commander";
import { describeError, printable } from "../printable.js";
import { ExitCode } from "./ExitCode.js";
import { program } from "./program.js";

const MAX_MESSAGE_LENGTH = 1_000;

for (const out of [process.stdout, process.stderr]) {
  out.on("error", ({ code }: NodeJS.ErrnoException) => {
    // Whoever reads our output may have seen enough, as `head` does, and a terminal may be closed.
    process.exit(code === "EPIPE" || code === "EIO" ? ExitCode.done : ExitCode.channelFailed);
  });
}

// What is thrown where nobody can catch it is our own mistake; a stack trace is of no use to whoever sits here.
process.on("uncaughtException", (error) => {
  say(error);
  process.exit(ExitCode.channelFailed);
});

try {
  await program().parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): ExitCode {
  // commander has printed its own message by now, and asks for 1 where the usage was wrong.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.done : ExitCode.usage;
  say(error);
  return error instanceof TypeError ? ExitCode.usage : ExitCode.channelFailed;
}

function say(error: unknown): void {
  const text = error instanceof Error ? printable(error.message, MAX_MESSAGE_LENGTH) : "";
  console.error(`error: ${text || describeError(error)}`);
}
