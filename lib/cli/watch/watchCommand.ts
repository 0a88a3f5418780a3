import type { Command } from "commander";
import { commandOf } from "../commandOf.js";
import { withConnectionOptions } from "../connection/connectionOptions.js";
import type { WatchArguments } from "./runWatch.js";

const DETAILS = `
Exit codes:
  0  you left: with q or Ctrl-C, or by SIGTERM or SIGHUP
  2  wrong usage
  3  every op that was named is terminated
  4  the channel has failed: the gateway refused this agent before it was ever live, or --when-stale fail was due; with
     --no-reconnect also that the gateway is out of reach, is lost or has ended the stream. Else it is tried again

The gateway tells each agent of its own ops only: one of another agent's counts as running here, though it may be paused.

With --json, an object a line, each with "at" (RFC 3339):
  {"type":"watching","gateway":…,"orgId":…,"teamId":…,"agentId":…}
  {"type":"channel","state":"live","attempt":1,"since":…}      also "lastError", "retryInMs"
  {"type":"status","opId":…,"state":"paused","scope":"op","sequence":"7"}
  {"type":"signal","opId":…,"signal":"PAUSE","sequence":"7"}   after the status that it changed
  {"type":"diagnostic","kind":…}
  {"type":"unlisted","opId":…}                                 of over 10,000 ops, the oldest ended one goes first`;

/** `rx-op-control watch`: what the gateway tells an agent, while it happens. */
export function watchCommand(): Command {
  const command = commandOf(
    "watch",
    "Show what each op may do, and how the channel is doing, live. A table on a terminal (q leaves), else a line per " +
      "change. Without ids it shows every op that the gateway speaks of from now on, and the fleet and the agent as a " +
      "whole: what was said before is not told again, so an op counts as running until then.",
    [
      "rx-op-control watch",
      "rx-op-control watch --gateway 127.0.0.1:50051 --agent agent-7",
      "rx-op-control watch 4bf92f35:00f067aa",
      `rx-op-control watch --json | jq -c 'select(.type == "status")'`,
    ],
  )
    .argument("[opId...]", "only these ops; ends when all of them are terminated")
    .option("--json", "NDJSON on standard output, on a terminal as well");
  return withConnectionOptions(command)
    .addHelpText("after", DETAILS)
    .action(async (opIds: readonly string[], args: WatchArguments) => {
      const { runWatch } = await import("./runWatch.js");
      process.exitCode = await runWatch(opIds, args);
    });
}
