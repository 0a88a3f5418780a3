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
has started, in whichever group or session that is (but for a daemon that has wiped its environment); elsewhere it is
its process group. A terminate ends it: SIGTERM, SIGKILL after --grace. Nothing of it is left when the command has
ended, or when this process has, however it has.

The command runs in a session of its own, with this terminal's input and output, but not as what controls it (/dev/tty).
What it has others do for it (a container, a system service, another machine) is not governed.

Exit code: the command's own (of a signal it died of, we die too); 126 or 127 if it cannot be run; 3 if the op was
terminated; 4 if nobody can say any more whether it may run.`;

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
