const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
const BEGIN_FRAME = "\u001b[?2026h";
const END_FRAME = "\u001b[?2026l";
const ERASE_REST_OF_LINE = "\u001b[K";
const ERASE_BELOW = "\u001b[J";
const TOP_LEFT = "\u001b[H";

/** A terminal, as far as it is written to. */
export interface Terminal {
  write(text: string): unknown;
}

/**
 * Lines that are redrawn in place. They must fit into the terminal, and leave its last line to the cursor.
 *
 * Each line is written over the one before it and nothing is erased first, so that no terminal flickers; log-update
 * erases all of them whenever the first one changes.
 */
export class LiveText {
  readonly #out: Terminal;
  #drawn = 0;
  #isLost = false;

  constructor(out: Terminal) {
    this.#out = out;
    out.write(HIDE_CURSOR);
  }

  draw(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}${ERASE_REST_OF_LINE}\n`).join("");
    const back = this.#isLost ? `${TOP_LEFT}${ERASE_BELOW}` : up(this.#drawn);
    this.#out.write(`${BEGIN_FRAME}${back}${text}${ERASE_BELOW}${END_FRAME}`);
    this.#drawn = lines.length;
    this.#isLost = false;
  }

  /** Draws on an empty screen next time: when its size has changed nobody knows where the lines have gone. */
  startOver(): void {
    this.#isLost = true;
  }

  /** Leaves the lines as they stand, and the cursor below them. */
  end(): void {
    this.#out.write(SHOW_CURSOR);
  }
}

function up(lines: number): string {
  return lines > 0 ? `\u001b[${lines}A` : "";
}
