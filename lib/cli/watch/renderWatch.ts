import type { OpState } from "../../opStatus.js";
import { renderHead, type WatchScene } from "./renderHead.js";
import { renderTable } from "./renderTable.js";
import { cutEnd } from "./textWidth.js";
import type { WatchRow, WatchView } from "./WatchView.js";

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;
/** With less room than this for the table, the channel is all that is left above it. */
const MIN_TABLE_HEIGHT = 6;

/** The size of a terminal; one that does not know it says 0. */
export interface ScreenSize {
  readonly columns?: number;
  readonly rows?: number;
}

/** The lines that stand on the screen, one less than it has: the cursor stands below them. */
export function renderWatch(
  view: WatchView,
  scene: WatchScene,
  { columns = 0, rows = 0 }: ScreenSize,
  now: number,
): string[] {
  const height = (rows > 0 ? rows : DEFAULT_ROWS) - 1;
  // A full line leaves the cursor in its last column, and what erases the rest of the line would erase that as well.
  const width = (columns > 0 ? columns : DEFAULT_COLUMNS) - 1;
  const wholeHead = renderHead(view, scene, width, now);
  const head = height - wholeHead.length < MIN_TABLE_HEIGHT ? wholeHead.slice(0, 1) : wholeHead;

  const ordered = inOrder(view.rows, scene.pinned);
  const room = height - head.length - 1;
  // What is hidden is told in a line of its own.
  const count = ordered.length <= room ? ordered.length : Math.max(room - 1, 0);
  const layout = { width, widestLabel: view.widestLabel, now, colours: scene.colours };
  const table = renderTable(ordered.slice(0, count), layout);
  const hidden = ordered.slice(count);
  const more = hidden.length === 0 ? [] : [cutEnd(`… and ${hidden.length} more: ${tally(hidden)}`, width)];
  return [...head, ...table, ...more].slice(0, height);
}

/** The pinned ones, then the one that changed last. */
function inOrder(rows: readonly WatchRow[], pinned: readonly string[]): readonly WatchRow[] {
  const above = pinned.flatMap((id) => rows.filter(({ opId }) => opId === id));
  return [...above, ...rows.filter(({ opId }) => !pinned.includes(opId)).reverse()];
}

/** How many there are of each state, the gravest first. */
function tally(rows: readonly WatchRow[]): string {
  const counts: Record<OpState, number> = { terminated: 0, paused: 0, running: 0 };
  for (const { state } of rows) counts[state]++;
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}
