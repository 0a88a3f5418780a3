/** What can stand on a marble line. */
export type Marble = "-" | "o" | "p" | "r" | "t" | "h";

/**
 * A marble diagram that is drawn while it happens: one character a tick, the newest on the right, cut on the left to
 * the width there is.
 */
export class MarbleLine {
  #drawn = "";
  #due = "";

  /** Puts a marble on the line; it is drawn with the next tick. */
  mark(marble: Marble): void {
    this.#due += marble;
  }

  /** Lets one tick of time pass. */
  tick(paused: boolean): void {
    this.#drawn += this.#due || (paused ? "." : "-");
    this.#due = "";
  }

  /** The line as it stands, within so many columns. */
  toString(columns = 80): string {
    const label = "op ";
    return label + (this.#drawn + this.#due).slice(-Math.max(columns - label.length - 1, 1));
  }
}
