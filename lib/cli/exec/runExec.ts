import { isatty } from "node:tty";
import { check } from "../../check.js";
import { checkOwnId } from "../../checkOwnId.js";
import type { ApiArguments } from "../api/apiOptions.js";
import { coloursFor } from "../colours.js";
import { type ConnectionArguments, connectionOf } from "../connection/connectionOptions.js";
import { Narrator } from "./Narrator.js";
import type { Outcome } from "./Outcome.js";
import { registrationOf } from "./registration.js";
import { runUnderOp } from "./runUnderOp.js";
import { UnblockedStderr } from "./UnblockedStderr.js";

/** What `exec` is told on the command line. */
export interface ExecArguments extends ConnectionArguments, ApiArguments {
  readonly op: string;
  /** In milliseconds. */
  readonly grace: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Runs a command under an op, and says what to end with when nothing of it is left. */
export async function runExec(command: readonly string[], args: ExecArguments): Promise<Outcome> {
  const { op: opId, grace: graceMs, json: isJson = false, quiet: isQuiet = false } = args;
  check(process.platform !== "win32", "the platform", "one that can stop a process and continue it: Windows cannot");
  checkOwnId("--op", opId);
  const connection = connectionOf(args);
  const registration = registrationOf(args, connection.endpoint);
  // Whoever lists processes sees what this one is for, and no token; and it is not ended as one more "node".
  process.title = ["rx-op-control exec --op", opId, "--", ...command].join(" ");

  await using stderr = new UnblockedStderr();
  const narrator = new Narrator({
    write: (lines) => {
      stderr.write(lines);
    },
    isJson,
    isQuiet,
    colours: coloursFor({ isTTY: isatty(2) }),
  });
  const outcome = await runUnderOp({ opId, command, graceMs, connection, registration, narrator });
  narrator.tell({ type: "ended", ...outcome });
  return outcome;
}
