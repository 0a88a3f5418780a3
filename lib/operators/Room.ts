import { of } from "rxjs";
import type { HoldOptions } from "./HoldOptions.js";

/**
 * How many values may be held in all, by one or by several; it tells of each that comes and goes.
 *
 * @internal
 */
export class Room {
  readonly limit: number;
  readonly #onHeld: HoldOptions["onHeld"];
  #taken = 0;

  constructor(limit: number, onHeld: HoldOptions["onHeld"]) {
    this.limit = limit;
    this.#onHeld = onHeld;
  }

  get taken(): number {
    return this.#taken;
  }

  get full(): boolean {
    return this.#taken >= this.limit;
  }

  enter(): void {
    this.#taken++;
    this.#tell(1);
  }

  leave(): void {
    this.vacate();
    this.tellOfLeaving();
  }

  /** Makes room for another, for whoever tells of it later. */
  vacate(): void {
    this.#taken--;
  }

  tellOfLeaving(): void {
    this.#tell(-1);
  }

  #tell(by: 1 | -1): void {
    if (!this.#onHeld) return;
    // Who looks on changes nothing: RxJS reports what it throws, as it does of any subscriber.
    of(by).subscribe({ next: this.#onHeld, error: () => undefined });
  }
}
