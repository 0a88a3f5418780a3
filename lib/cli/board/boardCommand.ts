import { type Command, InvalidArgumentError } from "commander";
import { withApiOptions } from "../api/apiOptions.js";
import { commandOf } from "../commandOf.js";
import { withConnectionOptions } from "../connection/connectionOptions.js";
import type { BoardArguments } from "./runBoard.js";

const EXIT_CODES = `
Exit codes:
  0  it was told to stop (Ctrl-C, SIGTERM)
  2  wrong usage
  4  it cannot listen; or it was told to stop, and the channel had failed by then`;

/** `rx-op-control board`: the ops of an agent on a live web page, with the buttons to stop them. */
export function boardCommand(): Command {
  const command = commandOf(
    "board",
    "Show an agent's ops on a web page, live: a marble diagram each, and buttons to pause, resume and terminate where " +
      "the gateway's API server is known. The page is served to this machine only; its address holds a secret token.",
    [
      "rx-op-control board",
      "rx-op-control board --gateway 127.0.0.1:50051 --agent agent-7 --api http://127.0.0.1:7700",
      "rx-op-control board --port 8080 --json",
    ],
  )
    .option("--port <number>", "the port of the page (default: any that is free)", portNumber)
    .option("--json", "print the page's address as a line of JSON");
  withApiOptions(command, "http://127.0.0.1:7700, where the gateway is on this machine and it answers");
  return withConnectionOptions(command)
    .addHelpText("after", EXIT_CODES)
    .action(async (args: BoardArguments) => {
      const { runBoard } = await import("./runBoard.js");
      process.exitCode = await runBoard(args);
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError("It must be a port from 0 to 65535.");
  return port;
}
