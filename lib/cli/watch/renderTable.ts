import type { OpState } from "../../opStatus.js";
import type { Colours } from "../colours.js";
import { ageText } from "./ageText.js";
import { cutEnd, cutMiddle, textWidth } from "./textWidth.js";
import type { WatchRow } from "./WatchView.js";

const GAP = "  ";
const TITLE = "op";
/** Below this the other columns make way, from the right. */
const MIN_LABEL_WIDTH = 16;
/** What is left of it where even the state has to be cut. */
const LAST_LABEL_WIDTH = 4;

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (row: WatchRow, now: number) => string;
  readonly isNumber?: boolean;
}

/** All but the op's, whose width is what they leave. */
const columns: readonly Column[] = [
  { title: "state", width: 10, text: ({ state }) => state },
  { title: "scope", width: 7, text: ({ scope }) => scope },
  { title: "since", width: 9, text: ({ since }, now) => ageText(now - since), isNumber: true },
  { title: "signals", width: 7, text: ({ signals }) => String(signals), isNumber: true },
];

/** How a table is to be drawn. */
export interface TableLayout {
  /** The columns of the terminal that there are. */
  readonly width: number;
  readonly widestLabel: number;
  readonly now: number;
  readonly colours: Colours;
}

/** A line of titles and one per row; a state is told by its name, and by its colour besides. */
export function renderTable(rows: readonly WatchRow[], { width, widestLabel, now, colours }: TableLayout): string[] {
  const others = columnsWithin(width);
  const labelWidth = Math.min(Math.max(widestLabel, TITLE.length), width - widthOf(others));
  const titles = others.map((column) => aligned(column.title, column));
  return [
    colours.bold([padded(TITLE, labelWidth), ...titles].join(GAP)),
    ...rows.map((row) => {
      const cells = others.map((column) => {
        const text = aligned(column.text(row, now), column);
        return column.title === "state" ? inColour(text, row.state, colours) : text;
      });
      return [padded(cutMiddle(row.label, labelWidth), labelWidth), ...cells].join(GAP);
    }),
  ];
}

function columnsWithin(width: number): readonly Column[] {
  let count = columns.length;
  while (count > 1 && width - widthOf(columns.slice(0, count)) < MIN_LABEL_WIDTH) count--;
  const most = Math.max(width - LAST_LABEL_WIDTH - GAP.length, 1);
  return columns.slice(0, count).map((column) => ({ ...column, width: Math.min(column.width, most) }));
}

function widthOf(others: readonly Column[]): number {
  return others.reduce((sum, { width }) => sum + GAP.length + width, 0);
}

function aligned(text: string, { width, isNumber = false }: Column): string {
  const cut = cutEnd(text, width);
  return isNumber ? cut.padStart(width) : cut.padEnd(width);
}

function padded(text: string, width: number): string {
  return text + " ".repeat(Math.max(width - textWidth(text), 0));
}

function inColour(text: string, state: OpState, colours: Colours): string {
  if (state === "terminated") return colours.red(text);
  return state === "paused" ? colours.yellow(text) : colours.green(text);
}
