import type { ChannelState, ChannelStatus } from "../../lib/channel/ChannelStatus.js";
import type { ChannelEvent } from "../../lib/channel/SignalSource.js";
import { pause, resume, terminate } from "./opControl.js";

/** The channel's status. */
export function status(state: ChannelState, details: Partial<ChannelStatus> = {}): ChannelEvent {
  return { type: "status", status: { state, attempt: 1, since: 0, ...details } };
}

export function message(given: unknown): ChannelEvent {
  return { type: "message", message: given };
}

/** A channel that connects, is live and is lost, with signals to `OP`. */
export const channelEvents = {
  c: status("connecting"),
  l: status("live"),
  r: status("reconnecting"),
  P: message(pause()),
  R: message(resume()),
  T: message(terminate()),
};
