import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { AgentIdentity } from "../../options.js";
import type { OpScope } from "../../opStatus.js";
import type { Outcome } from "./Outcome.js";

/** Why what is governed has to end: the op, the channel, whoever signalled us, or its own leader's end. */
export type EndReason = "terminated" | "failed" | "asked" | "leaderEnded";

/** Something that whoever runs `exec` is told. */
export type ExecEvent =
  | ({ readonly type: "subscribing"; readonly gateway: string; readonly opId: string } & AgentIdentity)
  | ({ readonly type: "channel" } & ChannelStatus)
  | { readonly type: "registered"; readonly api: string }
  /** The API server may be a guess of ours, and one that is wrong is nobody's mistake. */
  | { readonly type: "notRegistered"; readonly api: string; readonly isNamed: boolean; readonly reason: string }
  | { readonly type: "cannotRun"; readonly command: string; readonly reason: string }
  | { readonly type: "held"; readonly scope: OpScope }
  | { readonly type: "notStarted"; readonly reason: string }
  | { readonly type: "started"; readonly pid: number; readonly command: string }
  | { readonly type: "stopped"; readonly scope: OpScope; readonly processes: number }
  | { readonly type: "continued"; readonly scope: OpScope }
  | { readonly type: "interruptedWhileStopped" }
  | { readonly type: "guardianLost" }
  | {
      readonly type: "ending";
      readonly reason: EndReason;
      readonly detail: string;
      readonly processes: number;
      readonly graceMs: number;
    }
  | { readonly type: "killing"; readonly processes: number }
  | { readonly type: "outOfReach"; readonly pids: readonly number[] }
  | { readonly type: "leftBehind"; readonly processes: number }
  | ({ readonly type: "ended" } & Outcome);
