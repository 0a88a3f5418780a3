import { type Command, Option } from "commander";
import { withApiOptions } from "../api/apiOptions.js";
import { commandOf } from "../commandOf.js";
import { withConnectionOptions } from "../connection/connectionOptions.js";
import { durationMs } from "../durationMs.js";
import type { ExecArguments } from "./runExec.js";

const DEFAULT_GRACE = "10s";
const USUAL_API = "http://127.0.0.1:7700 if the gateway is on this machine";

const DETAILS = `
While the op is paused the command is not started, or stopped (SIGSTOP). On Linux that is the command and all that it
has started, in whichever group or session that is; elsewhere it is its process group. A terminate ends it: SIGTERM,
SIGKILL after --grace. Nothing of it is left when the command has ended, or when this process has, however it has.

The gateway says nothing twice. With an API the op is registered there and its record is heeded, before the command is
started (for up to 10 s where --api says which API, else 1 s) and each time the gateway is back: so a pause or terminate
of this op is not missed. A halt of the agent or the fleet that was sent before this was subscribed, or while the gateway
was out of reach, is in no record: send it again.

Not governed: a daemon (detached from its parents and their session) whose environment cannot be read, be it wiped,
written over by a long process title, another user's or protected; what others do for the command (a container, a system
service, another machine); and everything for as long as somebody stops this very process (SIGSTOP). As of any program
of Node's, nohup does not keep SIGHUP away; setsid does.

The command runs in a session of its own, with this terminal's input and output, but not as what controls it (/dev/tty),
and with no other open files of ours.

Exit code: the command's own (of a signal it died of, we die too; but Node tells 0 of a real-time signal); 126 or 127 if
it cannot be run; 2 if the usage was wrong; 3 if the op was terminated; 4 if nobody can say any more whether it may run.`;

/** `rx-op-control exec`: governs any process. */
export function execCommand(): Command {
  const command = commandOf(
    "exec",
    "Run a command, in any language, under an op: a pause stops it, a resume continues it, a terminate ends it.",
    [
      "rx-op-control exec --op demo:1 -- ping 127.0.0.1",
      'rx-op-control exec --op "$TRACE:$SPAN" --agent agent-7 --when-stale hold --grace 30s -- python3 agent.py --verbose',
    ],
  )
    .argument("<command...>", "what to run, with its own arguments")
    // What follows the command is the command's, also where somebody forgot the --.
    .passThroughOptions()
    .requiredOption("--op <id>", "the op that the command runs under")
    .addOption(
      new Option("--grace <duration>", "how long it may take to end before it is killed; 0 kills at once")
        .argParser(durationMs)
        .default(durationMs(DEFAULT_GRACE), DEFAULT_GRACE),
    )
    .option("--json", "tell what happens as NDJSON on stderr")
    .option("--quiet", "do not tell what happens")
    .addHelpText("after", DETAILS);
  return withApiOptions(withConnectionOptions(command), USUAL_API).action(
    async (words: string[], args: ExecArguments) => {
      const [{ runExec }, { endAs }] = await Promise.all([import("./runExec.js"), import("./endAs.js")]);
      endAs(await runExec(words, args));
    },
  );
}
