import { AgingMap } from "../../ops/AgingMap.js";
import type { OpRecord } from "../../rest/OpRecord.js";
import { Lane, type LaneVerdict } from "./Lane.js";

/** The keys below are those of the wider scopes. */
const FIRST_KEY = 10;

/**
 * The ops' lanes by op id, a bounded number: the one that is over and has not changed for longest goes first, then one
 * that runs, and one that is paused last.
 */
export class LaneBook {
  readonly #limit: number;
  readonly #lanes = new Map<string, Lane>();
  readonly #over = new AgingMap<string, Lane>();
  readonly #running = new AgingMap<string, Lane>();
  readonly #paused = new AgingMap<string, Lane>();
  #nextKey = FIRST_KEY;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#lanes.size;
  }

  get(opId: string): Lane | undefined {
    return this.#lanes.get(opId);
  }

  values(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Whether a listed op may have a lane: it may cost one that is over, unless it is over itself. */
  hasRoomFor({ state }: OpRecord): boolean {
    return this.#lanes.size < this.#limit || (this.#over.size > 0 && state !== "terminated");
  }

  /** Opens a lane, and returns it with the one that had to go for it. */
  open(opId: string, verdict: LaneVerdict, at: number): { readonly lane: Lane; readonly dropped: Lane | undefined } {
    const dropped = this.#lanes.size < this.#limit ? undefined : this.#dropOldest();
    const lane = new Lane(this.#nextKey++, opId, verdict, at);
    this.#lanes.set(opId, lane);
    this.touched(lane);
    return { lane, dropped };
  }

  /** Says that a lane has changed: it is the youngest of its kind from now on. */
  touched(lane: Lane): void {
    const { opId } = lane;
    this.#over.delete(opId);
    this.#running.delete(opId);
    this.#paused.delete(opId);
    if (lane.isOver) this.#over.set(opId, lane);
    else if (lane.verdict.state === "paused") this.#paused.set(opId, lane);
    else this.#running.set(opId, lane);
  }

  #dropOldest(): Lane | undefined {
    const opId = this.#over.removeOldest() ?? this.#running.removeOldest() ?? this.#paused.removeOldest();
    if (opId === undefined) return undefined;
    const lane = this.#lanes.get(opId);
    this.#lanes.delete(opId);
    return lane;
  }
}
