import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { Diagnostic } from "../../Diagnostic.js";
import type { OpControlMessage, OpStatus } from "../../opStatus.js";
import type { AgentIdentity } from "../../options.js";

/** Something that whoever watches is told. */
export type Told =
  /** Whose signals these are, before all else: nobody is told of another agent's. */
  | ({ readonly type: "watching"; readonly gateway: string } & Required<AgentIdentity>)
  | ({ readonly type: "channel" } & ChannelStatus)
  | ({ readonly type: "status" } & OpStatus)
  | ({ readonly type: "signal" } & OpControlMessage)
  | ({ readonly type: "diagnostic" } & Diagnostic)
  /** The op is listed no more, for there were too many; it is again when it is told something. */
  | { readonly type: "unlisted"; readonly opId: string };

/** The same with its time, in milliseconds since the epoch. */
export type WatchEvent = Told & { readonly at: number };

/** Whether the channel is over, after which nothing is told. */
export function isEnd(event: Told): boolean {
  return event.type === "channel" && (event.state === "failed" || event.state === "closed");
}
