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

  constructor(size: number, words = new MergedWords()) {
    this.#members = Array.from({ length: size }, () => ({ status: undefined, end: undefined }));
    this.#words = words;
  }

  /** What is to be told when that source has told this. */
  take(source: number, notification: ObservableNotification<ChannelEvent>): ObservableNotification<ChannelEvent>[] {
    const member = this.#members[source];
    if (!member) return [];
    if (notification.kind !== "N") return this.#takeEnd(source, member, notification);
    const event = notification.value;
    if (event.type === "message") return this.#takeMessage(source, event);
    if (event.type === "diagnostic") return [notification];
    member.status = event.status;
    return this.#tellStatus(member);
  }

  #takeMessage(source: number, event: ChannelEvent & { type: "message" }): ObservableNotification<ChannelEvent>[] {
    const wasFull = this.#words.isFull;
    const counts = this.#words.hear(source, event.message);
    const told: ChannelEvent[] = counts ? [event] : [];
    if (this.#words.isFull && !wasFull) told.push({ type: "diagnostic", diagnostic: { kind: "mergeSaturated" } });
    return told.map(next);
  }

  #takeEnd(
    source: number,
    member: Member,
    end: ObservableNotification<ChannelEvent>,
  ): ObservableNotification<ChannelEvent>[] {
    member.end = end;
    this.#words.forget(source);
    const isLast = this.#members.every((other) => other.end !== undefined);
    if (isLast) return [this.#members.find((other) => other.end?.kind === "E")?.end ?? end];
    const message = end.kind === "E" ? describeError(end.error) : "it was closed";
    return [next({ type: "diagnostic", diagnostic: { kind: "sourceEnded", message } }), ...this.#tellStatus(member)];
  }

  #tellStatus(changed: Member): ObservableNotification<ChannelEvent>[] {
    const before = this.#status;
    const status = this.#merge();
    this.#status = status;
    if (status.state === "live") this.#wasLive = true;
    const told: ChannelEvent[] = [];
    if (!before || !isSame(before, status)) told.push({ type: "status", status });
    // What the merged status does not show is still worth knowing.
    const { state, attempt, retryInMs, lastError: message = "" } = changed.status ?? {};
    if (status.state === "live" && state === "reconnecting" && attempt !== undefined && retryInMs !== undefined) {
      told.push({ type: "diagnostic", diagnostic: { kind: "reconnect", attempt, retryInMs, message } });
    }
    return told.map(next);
  }

  #merge(): ChannelStatus {
    const statuses = this.#members.flatMap(({ status, end }) => (status && !end ? [status] : []));
    const live = statuses.find(({ state }) => state === "live");
    if (live) return this.#since("live", { attempt: live.attempt });
    const [soonest] = statuses.toSorted((a, b) => (a.retryInMs ?? 0) - (b.retryInMs ?? 0));
    const isNew = !this.#wasLive && statuses.every(({ state }) => state === "connecting");
    return this.#since(isNew ? "connecting" : "reconnecting", soonest ?? {});
  }

  /** A state that goes on began when it was first told. */
  #since(state: ChannelState, details: Partial<ChannelStatus>): ChannelStatus {
    const { since } = this.#status?.state === state ? this.#status : channelStatus(state);
    return { ...channelStatus(state), ...details, state, since };
  }
}

function next(value: ChannelEvent): ObservableNotification<ChannelEvent> {
  return { kind: "N", value };
}

function isSame(a: ChannelStatus, b: ChannelStatus): boolean {
  return a.state === b.state && a.attempt === b.attempt && a.lastError === b.lastError && a.retryInMs === b.retryInMs;
}
