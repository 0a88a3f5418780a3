import type { OpControlMessage, Verdict } from "../../opStatus.js";
import type { BoardScope, LanePatch, LaneView, Listing, Marble, Segment } from "./BoardEvent.js";
import { displayName } from "./displayName.js";

const MAX_SEGMENTS = 200;

/** What a lane's owner says now. */
export type LaneVerdict = Omit<Verdict, "scope"> & { readonly scope: BoardScope };

/** One lane: what an op or a wider scope was told, within bounds, and what of it is still to be sent. */
export class Lane {
  readonly key: number;
  readonly opId: string;
  /** Whether a signal to it was seen: from then on it is the signals that count. */
  heard = false;
  /** For how many lists in a row the API server has said another thing than the signals. */
  disagreements = 0;
  #listing: Listing | undefined;
  readonly #name: string;
  #segments: Segment[];
  #marbles: Marble[] = [];
  #unsentSegments: Segment[] = [];
  #unsentMarbles: Marble[] = [];
  #unsentListing = false;
  #verdict: LaneVerdict;

  constructor(key: number, opId: string, verdict: LaneVerdict, since: number) {
    this.key = key;
    this.opId = opId;
    this.#name = displayName(opId);
    this.#verdict = verdict;
    this.#segments = [segmentOf(verdict, since)];
  }

  get verdict(): LaneVerdict {
    return this.#verdict;
  }

  get listing(): Listing | undefined {
    return this.#listing;
  }

  /** Whether nothing more is to be expected of it. */
  get isOver(): boolean {
    return this.#verdict.state === "terminated" || this.#listing?.state === "gone";
  }

  /** Notes what is said from now on; returns whether that is anything new. */
  say(verdict: LaneVerdict, at: number): boolean {
    if (isSame(this.#verdict, verdict)) return false;
    this.#verdict = verdict;
    const segment = segmentOf(verdict, at);
    this.#segments.push(segment);
    this.#unsentSegments.push(segment);
    keepLast(this.#segments, MAX_SEGMENTS);
    keepLast(this.#unsentSegments, MAX_SEGMENTS);
    return true;
  }

  list(listing: Listing): void {
    this.#listing = listing;
    this.#unsentListing = true;
  }

  mark({ signal, sequence }: OpControlMessage, at: number, maxMarbles: number): void {
    const marble = { at, signal, sequence: String(sequence) };
    this.#marbles.push(marble);
    this.#unsentMarbles.push(marble);
    keepLast(this.#marbles, maxMarbles);
    keepLast(this.#unsentMarbles, maxMarbles);
  }

  view(): LaneView {
    const { key, opId } = this;
    return { key, opId, name: this.#name, segments: this.#segments, marbles: this.#marbles, ...this.#listed() };
  }

  patch(): LanePatch {
    const segments = this.#unsentSegments;
    const marbles = this.#unsentMarbles;
    return { key: this.key, segments, marbles, ...(this.#unsentListing ? this.#listed() : {}) };
  }

  /** Everything so far has been sent. */
  sent(): void {
    this.#unsentSegments = [];
    this.#unsentMarbles = [];
    this.#unsentListing = false;
  }

  #listed(): { readonly listing?: Listing } {
    return this.#listing ? { listing: this.#listing } : {};
  }
}

/** Who terminates it again does not matter, but for the first signal that does, after it was only listed so. */
function isSame(before: LaneVerdict, now: LaneVerdict): boolean {
  if (before.state !== now.state) return false;
  return before.scope === now.scope || (now.state === "terminated" && before.scope !== "registry");
}

function segmentOf({ state, scope, sequence }: LaneVerdict, since: number): Segment {
  return { since, state, scope, sequence: String(sequence) };
}

function keepLast(items: unknown[], most: number): void {
  if (items.length > most) items.splice(0, items.length - most);
}
