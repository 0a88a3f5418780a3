import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { ChannelView, Outage } from "./BoardEvent.js";

const MAX_OUTAGES = 100;

/** How the channel is doing, and when it was not live. */
export class ChannelHistory {
  #outages: readonly Outage[];
  #view: ChannelView;

  constructor(now: number) {
    this.#outages = [{ since: now }];
    this.#view = { state: "connecting", attempt: 1, since: now, outages: this.#outages };
  }

  get view(): ChannelView {
    return this.#view;
  }

  tell({ state, attempt, since, lastError, retryInMs }: ChannelStatus, now: number): void {
    this.#outages = outagesAfter(this.#outages, state === "live", now).slice(-MAX_OUTAGES);
    this.#view = {
      state,
      attempt,
      since,
      ...(lastError === undefined ? {} : { lastError }),
      ...(retryInMs === undefined ? {} : { retryAt: now + retryInMs }),
      outages: this.#outages,
    };
  }
}

function outagesAfter(outages: readonly Outage[], isLive: boolean, now: number): readonly Outage[] {
  const last = outages.at(-1);
  const isOut = last !== undefined && last.until === undefined;
  if (isLive === !isOut) return outages;
  return isOut ? [...outages.slice(0, -1), { since: last.since, until: now }] : [...outages, { since: now }];
}
