import Table from "cli-table3";
import { printable } from "../../printable.js";
import type { OpRecord } from "../../rest/OpRecord.js";
import type { Colours } from "../colours.js";

/** What the table has beside an op's name: its borders, its state and a time. */
const OTHER_COLUMNS = 43;
const MIN_OP_WIDTH = 16;

/** The ops as a table for a terminal that is so wide; a long name goes on in the next line. */
export function opsTable(ops: readonly OpRecord[], width: number, colours: Colours): string {
  const names = ops.map(({ op_id }) => printable(op_id));
  const room = Math.max(width - OTHER_COLUMNS, MIN_OP_WIDTH);
  const isWide = names.some((name) => name.length > room);
  const table = new Table({
    head: ["op", "state", "since"].map((title) => colours.bold(title)),
    style: { head: [], border: [], compact: true },
    ...(isWide ? { colWidths: [room + 2], wordWrap: true, wrapOnWordBoundary: false } : {}),
  });
  ops.forEach(({ state, updated_at }, index) => {
    table.push([names[index], inColour(state, colours), timeText(updated_at)]);
  });
  return `${table.toString()}\n`;
}

/** The ops as lines of op, state, registered_at and updated_at with tabs between them, which none of these has in it. */
export function opsLines(ops: readonly OpRecord[]): string {
  return ops
    .map(({ op_id, state, registered_at, updated_at }) => {
      return [op_id, state, registered_at, updated_at].map((text) => printable(text, Infinity)).join("\t") + "\n";
    })
    .join("");
}

function inColour(state: string, colours: Colours): string {
  const text = printable(state);
  if (state === "terminated") return colours.red(text);
  if (state === "paused") return colours.yellow(text);
  return state === "running" ? colours.green(text) : text;
}

/** To the second, in the time of Greenwich. */
function timeText(time: string): string {
  const date = new Date(time);
  return isNaN(date.getTime()) ? printable(time) : date.toISOString().replace(/\.\d+/, "");
}
