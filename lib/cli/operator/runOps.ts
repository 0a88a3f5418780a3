import { type ApiArguments, opsClientOf } from "../api/apiOptions.js";
import { coloursFor } from "../colours.js";
import { ExitCode } from "../ExitCode.js";
import { jsonLine } from "../jsonLine.js";
import { explain } from "./explain.js";
import { opsLines, opsTable } from "./opsText.js";

/** What `ops` is told on the command line. */
export interface OpsArguments extends ApiArguments {
  readonly json?: boolean;
}

const DEFAULT_COLUMNS = 80;

/**
 * Lists the ops that are registered, the oldest first.
 *
 * @throws Error that says in a sentence why it cannot.
 */
export async function runOps({ json = false, ...api }: OpsArguments): Promise<ExitCode> {
  const client = opsClientOf(api);
  const listed = await client.list().catch(async (error: unknown) => {
    throw await explain(error, client, "list the ops");
  });
  const ops = listed.toSorted((a, b) => compare(a.registered_at, b.registered_at) || compare(a.op_id, b.op_id));
  const { stdout } = process;
  if (json) for (const op of ops) stdout.write(jsonLine(op));
  else if (ops.length === 0) console.error(`no op is registered at ${client.apiUrl}`);
  else
    stdout.write(stdout.isTTY ? opsTable(ops, stdout.columns || DEFAULT_COLUMNS, coloursFor(stdout)) : opsLines(ops));
  return ExitCode.done;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
