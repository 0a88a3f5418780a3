import type { ChannelState, ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import type { Diagnostic } from "../../lib/Diagnostic.js";
import type { WhenStaleOptions } from "../../lib/options.js";
import type { End } from "./Audience.js";
import { type FakeStream, type FakeTransport, type Fault, refusalBy } from "./FakeTransport.js";

export interface ChannelConfig {
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
  readonly maxStreamAgeMs: number | undefined;
  /** What `Math.random` gives whenever it is asked, so that every wait is known. */
  readonly random: number;
  readonly whenStale: WhenStaleOptions;
}

const successors: Readonly<Record<ChannelState, readonly ChannelState[]>> = {
  connecting: ["live", "reconnecting", "failed", "closed"],
  live: ["reconnecting", "closed"],
  reconnecting: ["reconnecting", "live", "failed", "closed"],
  failed: ["closed"],
  closed: [],
};

/** A timer may be late by as much: it counts whole milliseconds. */
const GRAIN_MS = 1;

/** How long it takes until nothing is left of a handover: what the older stream said, the newer one has said. */
const OVERLAP_MS = 1_000;

/** An older stream that still has news is heard for as many waits more, and a further handover comes later by those. */
const EXTENSION_MS = 500;
const MAX_EXTENSION_MS = 19 * EXTENSION_MS;

/** So many streams are live at most, during a handover. */
const MAX_LIVE = 2;

/**
 * What the contract says of a channel: which state may follow which, when an attempt may begin and after which wait,
 * when the ops are stale. It is told all that happens and finds what of it is wrong.
 */
export class ChannelModel {
  readonly wrongs: string[] = [];
  state: ChannelState = "connecting";
  outcome: End;
  isStale = false;
  /** A RESUME that was sent before so many others may be unheard, and its op paused still. */
  inDoubtBefore = 0;
  readonly #transport: FakeTransport;
  readonly #config: ChannelConfig;
  /** The stream that is to last, with the moment from which on it is to have a successor. */
  #current: { readonly stream: FakeStream; replaceAt: number } | undefined;
  /** Whether there was a live stream when the last attempt began. */
  #isOverlapping = false;
  /** Until then no stream is replaced: the one before it may have something under way. */
  #overlapsUntil = 0;
  #retryAt: number | undefined;
  #notLiveSince: number | undefined = 0;
  #wasLive = false;
  #mustFail = false;
  /** Since the channel was last live. */
  #attempts = 0;
  #waits = 0;
  #unauthenticated = 0;
  #lastFault: Fault | undefined;

  constructor(transport: FakeTransport, config: ChannelConfig) {
    this.#transport = transport;
    this.#config = config;
  }

  /** Whether nothing more may come of it. */
  get isOver(): boolean {
    return this.outcome !== undefined;
  }

  /** We ask for a stream. */
  begin(): void {
    this.#attempts++;
    this.#isOverlapping = this.#transport.ours.some(({ isLive }) => isLive);
    if (this.isOver) this.#wrong("an attempt after the end");
    if (this.#openings() > 1) this.#wrong("two attempts at once");
    const dueAt = this.#retryAt ?? this.#replaceAt();
    const extensions = (this.#now - this.#overlapsUntil) / EXTENSION_MS;
    const isExtended = this.#mayBeExtended(dueAt) && Math.abs(extensions - Math.round(extensions)) < 1e-6;
    if (this.#now !== dueAt && !isExtended) this.#wrong(`an attempt begins that is due at ${dueAt}`);
    this.#retryAt = undefined;
  }

  /** We are about to be told that the gateway is going. */
  drain(stream: FakeStream): void {
    if (stream !== this.#current?.stream || this.#current.replaceAt <= this.#now) return;
    this.#current.replaceAt = this.#now;
  }

  /** We are about to be told that a stream is over. */
  end(stream: FakeStream, fault: Fault | undefined): void {
    const isCurrent = stream === this.#current?.stream;
    if (stream.isLive && !isCurrent) return;
    if (isCurrent) {
      this.#current = this.#retryAt = undefined;
      // Of two streams that have not said the same yet, one has the last word no more.
      if (this.#now <= this.#overlapsUntil) this.inDoubtBefore = Infinity;
      this.#overlapsUntil = 0;
    }
    // What is being opened already comes to its own end.
    if (isCurrent && this.#openings() > 0) return;
    this.#lastFault = fault;
    if (refusalBy(fault) === "unauthenticated") this.#unauthenticated++;
    if (!this.#wasLive && this.#isHopeless()) this.#mustFail = true;
  }

  /** What `connection$` says. */
  tell({ state, attempt, retryInMs }: ChannelStatus): void {
    if (!successors[this.state].includes(state)) this.#wrong(`${this.state} became ${state}`);
    if (state === "live") this.#becomeLive(attempt);
    else if (this.state === "live") this.#notLiveSince = this.#now;
    if (state === "failed" && !this.#mustFail && !(this.isStale && this.#config.whenStale.then === "fail")) {
      this.#wrong("it failed for no good reason");
    }
    this.state = state;
    if (state === "failed" || state === "closed") this.outcome ??= state;
    if (this.isOver && this.#now <= this.#overlapsUntil) this.inDoubtBefore = Infinity;
    if (retryInMs === undefined) return;
    if (attempt !== this.#attempts + 1) this.#wrong(`attempt ${attempt} follows ${this.#attempts}`);
    this.#expectRetry(retryInMs);
  }

  /** What `diagnostics$` says. */
  diagnose(diagnostic: Diagnostic): void {
    if (diagnostic.kind === "handover") this.#becomeLive(this.#attempts);
    else if (diagnostic.kind === "handoverFailed") this.#expectRetry(diagnostic.retryInMs);
    else if (diagnostic.kind === "stale") this.#becomeStale();
  }

  /** When all that happens at this moment has happened. */
  check(): void {
    const { graceMs = Infinity } = this.#config.whenStale;
    if (this.isOver) {
      if (this.#transport.ours.length > 0) this.#wrong("a stream is left");
      return;
    }
    if (this.#mustFail) this.#wrong(`refused for good it is ${this.state}`);
    if ((this.state === "live") !== (this.#current !== undefined)) this.#wrong(`it says that it is ${this.state}`);
    if (this.#notLiveFor() > graceMs + GRAIN_MS && !this.isStale) this.#wrong(`fresh after ${this.#notLiveFor()} ms`);
    if (this.#retryAt !== undefined && this.#retryAt <= this.#now) this.#wrong("an attempt is overdue");
    const isAwaited = this.#openings() > 0 || this.#retryAt !== undefined;
    const isDue = this.#replaceAt() <= this.#now && !this.#mayBeExtended(this.#replaceAt());
    if (isDue && !isAwaited) this.#wrong("no new stream is under way");
  }

  #mayBeExtended(dueAt: number): boolean {
    const extensionMs = this.#now - this.#overlapsUntil;
    return dueAt <= this.#now && extensionMs >= 0 && extensionMs <= MAX_EXTENSION_MS;
  }

  #becomeLive(attempt: number): void {
    const live = this.#transport.ours.filter(({ isLive }) => isLive);
    const stream = live.at(-1);
    if (attempt !== this.#attempts) this.#wrong(`live by attempt ${attempt} of ${this.#attempts}`);
    if (stream?.liveSince !== this.#now) this.#wrong("live by no stream");
    if (live.length > MAX_LIVE) this.#wrong(`${live.length} live streams`);
    const { maxStreamAgeMs = Infinity, random } = this.#config;
    if (stream) this.#current = { stream, replaceAt: this.#now + maxStreamAgeMs * (1 - 0.1 * random) };
    if (this.inDoubtBefore === Infinity) this.inDoubtBefore = stream?.acceptedAt ?? 0;
    if (this.#isOverlapping) this.#overlapsUntil = this.#now + OVERLAP_MS;
    this.#wasLive = true;
    this.#attempts = this.#waits = this.#unauthenticated = 0;
    this.#notLiveSince = undefined;
    this.isStale = false;
  }

  #becomeStale(): void {
    const { graceMs = Infinity } = this.#config.whenStale;
    if (this.isOver) this.#wrong("stale after the end");
    if (this.isStale) this.#wrong("stale twice");
    if (this.#notLiveFor() < graceMs) this.#wrong(`stale after ${this.#notLiveFor()} ms`);
    this.isStale = true;
  }

  #expectRetry(retryInMs: number): void {
    const { initialDelayMs, maxDelayMs, random } = this.#config;
    const longest = Math.min(maxDelayMs, initialDelayMs * 2 ** this.#waits);
    const due = Math.round(this.#isHopeless() ? maxDelayMs * (1 - random / 2) : longest * random);
    if (!this.#isHopeless()) this.#waits++;
    if (retryInMs !== due) this.#wrong(`it waits for ${retryInMs} ms and not ${due}`);
    this.#retryAt = this.#now + retryInMs;
  }

  /** Whether another attempt is not likely to change the answer to the last one. */
  #isHopeless(): boolean {
    const refusal = refusalBy(this.#lastFault);
    return refusal === "misconfigured" || (refusal === "unauthenticated" && this.#unauthenticated > 1);
  }

  get #now(): number {
    return this.#transport.time.now;
  }

  #openings(): number {
    return this.#transport.ours.filter(({ isLive }) => !isLive).length;
  }

  /** When a new stream is due: beside another one, or in the place of none. */
  #replaceAt(): number {
    return this.#current ? Math.max(this.#current.replaceAt, this.#overlapsUntil) : 0;
  }

  #notLiveFor(): number {
    return this.#now - (this.#notLiveSince ?? this.#now);
  }

  #wrong(what: string): void {
    this.wrongs.push(`at ${this.#now}: ${what}`);
  }
}
