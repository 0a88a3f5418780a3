import type { ChannelState } from "../../channel/ChannelStatus.js";
import type { OpStatus } from "../../opStatus.js";
import { printable } from "../../printable.js";
import { describeDiagnostic } from "./describeDiagnostic.js";
import { textWidth } from "./textWidth.js";
import type { WatchEvent } from "./WatchEvent.js";

/** The longest id that can be told anything. */
export const MAX_ID_LENGTH = 1_024;

/** What is shown of an op. */
export interface WatchRow extends OpStatus {
  /** Its id, made printable. */
  readonly label: string;
  /** Since when it has this status, in milliseconds since the epoch. */
  readonly since: number;
  /** How many signals were seen for it. */
  readonly signals: number;
}

/** What is shown of the channel. */
export interface ChannelView {
  readonly state: ChannelState;
  readonly since: number;
  readonly attempt: number;
  readonly lastError: string | undefined;
  /** When it is tried again; undefined where it is being tried, or need not be. */
  readonly nextTryAt: number | undefined;
}

/** What there is to show: the events so far, each taken in with {@link apply}. */
export class WatchView {
  readonly #rows = new Map<string, WatchRow>();
  #channel: ChannelView | undefined;
  #note: { readonly text: string; readonly at: number } | undefined;
  #unlisted = 0;
  #widestLabel = 0;

  /** Undefined until it is told of. */
  get channel(): ChannelView | undefined {
    return this.#channel;
  }

  /** The last diagnostic, but for those of the channel. */
  get note(): { readonly text: string; readonly at: number } | undefined {
    return this.#note;
  }

  /** How many ops there was no room for. */
  get unlisted(): number {
    return this.#unlisted;
  }

  /** The width of the widest label so far: a column that changed its width with every change could not be read. */
  get widestLabel(): number {
    return this.#widestLabel;
  }

  /** Those that changed longest ago come first. */
  get rows(): readonly WatchRow[] {
    return [...this.#rows.values()];
  }

  apply(event: WatchEvent): this {
    switch (event.type) {
      case "watching":
        // It stands in the head, whatever happens.
        break;
      case "channel":
        this.#applyChannel(event);
        break;
      case "status":
        this.#applyStatus(event);
        break;
      case "signal":
        this.#count(event.opId);
        break;
      case "diagnostic":
        if (event.kind !== "reconnect") this.#note = { text: describeDiagnostic(event), at: event.at };
        break;
      case "unlisted":
        this.#rows.delete(event.opId);
        this.#unlisted++;
        break;
    }
    return this;
  }

  #applyChannel({ state, attempt, lastError, retryInMs, at }: WatchEvent & { readonly type: "channel" }): void {
    const before = this.#channel;
    this.#channel = {
      state,
      since: before?.state === state ? before.since : at,
      attempt,
      // Why it was lost is of interest for as long as it is being won back.
      lastError: lastError ?? (state === "live" ? undefined : before?.lastError),
      nextTryAt: retryInMs === undefined ? undefined : at + retryInMs,
    };
  }

  #applyStatus({ opId, state, scope, sequence, at }: WatchEvent & { readonly type: "status" }): void {
    const row = this.#rows.get(opId);
    const label = row?.label ?? printable(opId, MAX_ID_LENGTH);
    this.#widestLabel = row ? this.#widestLabel : Math.max(this.#widestLabel, textWidth(label));
    // At the end of the map from now on.
    this.#rows.delete(opId);
    this.#rows.set(opId, { opId, label, state, scope, sequence, since: at, signals: row?.signals ?? 0 });
  }

  #count(opId: string): void {
    const row = this.#rows.get(opId);
    if (row) this.#rows.set(opId, { ...row, signals: row.signals + 1 });
  }
}
