import type { LanePatch, LaneView, Listing, Marble, Segment } from "../../BoardEvent.js";
import { effectiveSegments, mostSevereOf } from "../../effectiveSegments.js";

/** The longest time that can be looked at, and a little for what is about to leave it. */
const HISTORY_MS = 310_000;

const MOST_SEGMENTS = 400;

/** One lane as the page knows it. */
export class LaneState {
  readonly key: number;
  readonly opId: string;
  readonly name: string;
  readonly searchable: string;
  segments: Segment[];
  marbles: Marble[];
  listing: Listing | undefined;
  /** What it may do now, wider scopes included. */
  current: Segment;
  /** Counts up with every change of what it shows, its wider scopes' changes left out. */
  version = 0;
  #effective: readonly Segment[] = [];
  #effectiveOf = "";

  constructor({ key, opId, name, segments, marbles, listing }: LaneView) {
    this.key = key;
    this.opId = opId;
    this.name = name;
    this.searchable = `${opId}\n${name}`.toLowerCase();
    this.segments = [...segments];
    this.marbles = [...marbles];
    this.listing = listing;
    this.current = this.own;
  }

  /** What it was told itself. */
  get own(): Segment {
    return this.segments.at(-1) ?? NOTHING;
  }

  get lastMarble(): Marble | undefined {
    return this.marbles.at(-1);
  }

  get changedAt(): number {
    return Math.max(this.own.since, this.lastMarble?.at ?? 0);
  }

  apply({ segments, marbles, listing }: LanePatch, now: number, maxMarbles: number): void {
    this.segments.push(...segments);
    this.marbles.push(...marbles);
    if (listing) this.listing = listing;
    const from = now - HISTORY_MS;
    const seen = this.segments.findIndex(({ since }) => since > from);
    const past = Math.max(seen === -1 ? this.segments.length - 1 : seen - 1, this.segments.length - MOST_SEGMENTS, 0);
    this.segments.splice(0, past);
    const firstSeen = this.marbles.findIndex(({ at }) => at > from);
    const gone = firstSeen === -1 ? this.marbles.length : firstSeen;
    // The last one is told of in words, however long ago it was.
    this.marbles.splice(0, Math.min(Math.max(gone, this.marbles.length - maxMarbles), this.marbles.length - 1));
    this.version++;
  }

  /** Works out what it may do now, with what wider scopes say; the narrower first. */
  decide(wider: readonly LaneState[]): void {
    this.current = mostSevereOf([this.own, ...wider.map(({ own }) => own)]) ?? this.own;
  }

  /** What it might do, over time. */
  effective(wider: readonly LaneState[]): readonly Segment[] {
    const of = [this.version, ...wider.map(({ version }) => version)].join();
    if (of !== this.#effectiveOf) {
      this.#effectiveOf = of;
      this.#effective = effectiveSegments([this.segments, ...wider.map(({ segments }) => segments)]);
    }
    return this.#effective;
  }
}

const NOTHING: Segment = { since: 0, state: "running", scope: "op", sequence: "0" };
