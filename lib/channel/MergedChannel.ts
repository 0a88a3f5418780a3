import type { ObservableNotification } from "rxjs";
import { describeError } from "../printable.js";
import { type ChannelState, type ChannelStatus, channelStatus } from "./ChannelStatus.js";
import { MergedWords } from "./MergedWords.js";
import type { ChannelEvent } from "./SignalSource.js";

/** What one of the sources has come to: its latest status, and the notification that ended it. */
interface Member {
  status: ChannelStatus | undefined;
  end: ObservableNotification<ChannelEvent> | undefined;
}

type Told = ObservableNotification<ChannelEvent>;

/**
 * Several sources as one channel: live if any of them is, failed or closed when all of them are over.
 *
 * @internal
 */
export class MergedChannel {
  readonly #members: readonly Member[];
  readonly #words: MergedWords;
  #status: ChannelStatus | undefined;
  #wasLive = false;
  #wasFull = false;

  constructor(size: number, words = new MergedWords()) {
    this.#members = Array.from({ length: size }, () => ({ status: undefined, end: undefined }));
    this.#words = words;
  }

  /** What is to be told when that source has told this. */
  take(source: number, notification: Told): readonly Told[] {
    const member = this.#members[source];
    if (!member) return [];
    if (notification.kind !== "N") return this.#takeEnd(member, notification);
    const event = notification.value;
    if (event.type === "message") return this.#takeMessage(source, event);
    if (event.type === "diagnostic") return [notification];
    member.status = event.status;
    return this.#tellStatus(member);
  }

  /** The source is lost, or over; the number is for when that is to be forgotten what it has said. */
  lose(source: number): number | undefined {
    return this.#words.lose(source);
  }

  /** What is to be told when what the source said before it was lost is forgotten, looked at one by one. */
  *forget(source: number, epoch: number): Generator<Told> {
    for (const message of this.#words.forget(source, epoch)) yield next({ type: "message", message });
  }

  #takeMessage(source: number, event: ChannelEvent & { type: "message" }): Told[] {
    const told: ChannelEvent[] = this.#words.hear(source, event.message) ? [event] : [];
    const { fullness } = this.#words;
    if (fullness >= 1 && !this.#wasFull) told.push({ type: "diagnostic", diagnostic: { kind: "mergeSaturated" } });
    if (fullness >= 1) this.#wasFull = true;
    else if (fullness <= 1 / 2) this.#wasFull = false;
    return told.map(next);
  }

  #takeEnd(member: Member, end: Told): Told[] {
    member.end = end;
    if (this.#members.every((other) => other.end)) {
      return [this.#members.find((other) => other.end?.kind === "E")?.end ?? end];
    }
    const message = end.kind === "E" ? describeError(end.error) : "it was closed";
    return [next({ type: "diagnostic", diagnostic: { kind: "sourceEnded", message } }), ...this.#tellStatus(member)];
  }

  #tellStatus(changed: Member): Told[] {
    const before = this.#status;
    const status = (this.#status = this.#merge(before));
    if (status.state === "live") this.#wasLive = true;
    const told: ChannelEvent[] = before && isSame(before, status) ? [] : [{ type: "status", status }];
    // What the merged status does not show is still worth knowing.
    const { state, attempt, retryInMs, lastError: message = "" } = changed.status ?? {};
    const isHidden = status.state === "live" && state === "reconnecting" && !changed.end;
    if (isHidden && attempt !== undefined && retryInMs !== undefined) {
      told.push({ type: "diagnostic", diagnostic: { kind: "reconnect", attempt, retryInMs, message } });
    }
    return told.map(next);
  }

  #merge(before: ChannelStatus | undefined): ChannelStatus {
    const statuses = this.#members.flatMap(({ status, end }) => (status && !end ? [status] : []));
    const live = statuses.find(({ state }) => state === "live");
    if (live) return before?.state === "live" ? before : channelStatus("live", { attempt: live.attempt });
    const isNew = !this.#wasLive && statuses.every(({ state }) => state === "connecting");
    const state: ChannelState = isNew ? "connecting" : "reconnecting";
    // An attempt that is under way comes before those that are waited for.
    const [soonest] = statuses.toSorted((a, b) => (a.retryInMs ?? 0) - (b.retryInMs ?? 0));
    const troubled = statuses.find(({ lastError }) => lastError !== undefined);
    // A state that goes on began when it was first told.
    const { since } = before?.state === state ? before : channelStatus(state);
    return { ...channelStatus(state), ...lastErrorIn(troubled), ...soonest, state, since };
  }
}

function lastErrorIn({ lastError }: Partial<ChannelStatus> = {}): Partial<Pick<ChannelStatus, "lastError">> {
  return lastError === undefined ? {} : { lastError };
}

function next(value: ChannelEvent): Told {
  return { kind: "N", value };
}

function isSame(a: ChannelStatus, b: ChannelStatus): boolean {
  return a.state === b.state && a.attempt === b.attempt && a.lastError === b.lastError && a.retryInMs === b.retryInMs;
}
