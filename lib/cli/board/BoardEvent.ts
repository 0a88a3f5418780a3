import type { ChannelState } from "../../channel/ChannelStatus.js";
import type { OpControlSignal, OpScope, OpState } from "../../opStatus.js";
import type { OpRecordState } from "../../rest/OpRecord.js";

/** The lanes of those that speak for more than one op have fixed keys; an op's key is above these. */
export const ScopeKey = { fleet: 0, agent: 1, channel: 2 } as const;

/** Whose word it is; `"registry"`: the API server lists the op so, and no signal to it was seen. */
export type BoardScope = OpScope | "registry";

/** What somebody says from a moment on, until their next word. */
export interface Segment {
  /** In milliseconds since the epoch, by the server's clock, as all times are. */
  readonly since: number;
  readonly state: OpState;
  readonly scope: BoardScope;
  /** Of the signal; a string, for JSON has no bigint. */
  readonly sequence: string;
}

/** One signal, as it was seen. */
export interface Marble {
  readonly at: number;
  readonly signal: OpControlSignal;
  readonly sequence: string;
}

/** What the API server has to say of an op. */
export interface Listing {
  /** `"gone"`: it was listed and is no more, which proves nothing; `"unknown"`: it is listed in no state we know. */
  readonly state: OpRecordState | "gone" | "unknown";
  /** Whether it has been another than the signals say, for longer than it takes to be told. */
  readonly disagrees: boolean;
}

/** What is new of a lane: segments and marbles go behind those that there are. */
export interface LanePatch {
  readonly key: number;
  readonly segments: readonly Segment[];
  readonly marbles: readonly Marble[];
  readonly listing?: Listing;
}

/** A whole lane: what one op was told itself, or one of the wider scopes. */
export interface LaneView extends LanePatch {
  /** As it is, for what is asked of the gateway. */
  readonly opId: string;
  /** To be shown: nothing in it can move a cursor, turn the direction or hide. */
  readonly name: string;
}

/** When the channel was not live: signals of that time were not seen. */
export interface Outage {
  readonly since: number;
  readonly until?: number;
}

/** How the channel is doing. */
export interface ChannelView {
  readonly state: ChannelState;
  readonly attempt: number;
  readonly since: number;
  readonly lastError?: string;
  /** When it is tried next. */
  readonly retryAt?: number;
  readonly outages: readonly Outage[];
}

/** Whether the gateway can be asked for anything. */
export interface ApiView {
  readonly known: boolean;
  readonly url?: string;
  /** Why it cannot be asked, or what went wrong when it was asked last. */
  readonly problem?: string;
}

/** What is drawn, and what stays as it is for as long as the board is up. */
export interface About {
  readonly gateway: string;
  readonly orgId: string;
  readonly teamId: string;
  readonly agentId: string;
  /** So many lanes there are at most, and so many marbles on one. */
  readonly maxLanes: number;
  readonly maxMarbles: number;
}

/** All there is: what a page begins with, and begins anew with when it has missed something. */
export interface Snapshot {
  readonly now: number;
  readonly about: About;
  readonly api: ApiView;
  readonly channel: ChannelView;
  readonly lanes: readonly LaneView[];
  /** How many lanes had to go for newer ones. */
  readonly dropped: number;
  /** What else an operator has to know. */
  readonly warnings: readonly string[];
}

/** What has changed since the last that was sent. */
export interface Changes {
  readonly now: number;
  readonly api?: ApiView;
  readonly channel?: ChannelView;
  readonly added?: readonly LaneView[];
  readonly changed?: readonly LanePatch[];
  readonly removed?: readonly number[];
  readonly dropped?: number;
  readonly warnings?: readonly string[];
}

/** What an operator asks for on the page: of one op, of the agent that an op belongs to, or of everything. */
export type BoardAction =
  | { readonly scope: "op" | "agent"; readonly op: string; readonly action: "pause" | "resume" | "terminate" }
  | { readonly scope: "fleet"; readonly action: "pause" | "resume" | "terminate" };

/** What became of it, in a sentence. */
export type BoardAnswer = { readonly accepted: string; readonly warning?: string } | { readonly problem: string };
