import { printable } from "../../printable.js";
import { type Marble, MarbleLine } from "./MarbleLine.js";

const LABEL_WIDTH = 11;
const DEFAULT_COLUMNS = 132;

/** Where the demo is shown. */
export interface Screen {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What the demo shows: a readable line per event and, on a terminal, a marble line below them. */
export class DemoScreen {
  readonly #out: Screen;
  #marbles: MarbleLine | undefined;

  constructor(out: Screen, { live }: { readonly live: boolean }) {
    this.#out = out;
    this.#marbles = live ? new MarbleLine() : undefined;
  }

  /** One line: what it is about, and what there is to say; texts from outside are made printable. */
  line(label: string, text: string): void {
    this.#erase();
    this.#out.write(`${label.padEnd(LABEL_WIDTH)}${printable(text, this.#columns - LABEL_WIDTH - 2)}\n`);
    this.#draw();
  }

  mark(marble: Marble): void {
    this.#marbles?.mark(marble);
  }

  tick(paused: boolean): void {
    this.#marbles?.tick(paused);
    this.#erase();
    this.#draw();
  }

  /** Leaves the marble line as it is, for what follows to stand below it. */
  end(): void {
    if (this.#marbles) this.#out.write("\n");
    this.#marbles = undefined;
  }

  /** A terminal that does not know says 0. */
  get #columns(): number {
    const { columns = 0 } = this.#out;
    return columns > 0 ? columns : DEFAULT_COLUMNS;
  }

  #erase(): void {
    if (this.#marbles) this.#out.write("\r\u001b[K");
  }

  #draw(): void {
    if (this.#marbles) this.#out.write(this.#marbles.toString(this.#columns));
  }
}
