import type { AgentIdentity } from "../../options.js";
import type { OpAction, OpHaltAck, OpRecord } from "../../rest/OpRecord.js";

/** What happened in a gateway's registry of ops. */
export type OpEvent =
  /** An op is new, or has one more agent that it belongs to. */
  | { readonly type: "registered"; readonly record: OpRecord; readonly agent: AgentIdentity | undefined }
  /** An operator's action on an op was accepted. */
  | { readonly type: "accepted"; readonly action: OpAction; readonly record: OpRecord }
  /** A halt of an agent or of the fleet was accepted. */
  | { readonly type: "halted"; readonly halt: OpHaltAck };
