/** What an op is doing, as the gateway's API server keeps it; `"completing"` and `"terminated"` ones vanish after a minute. */
export type OpRecordState = "pending" | "running" | "paused" | "completing" | "terminated";

/** One op of `GET /api/v1/ops`, with the names of the wire. */
export interface OpRecord {
  /** The op, by its id. */
  readonly op_id: string;
  /** What it is doing. */
  readonly state: OpRecordState;
  /** When it was registered (RFC 3339). */
  readonly registered_at: string;
  /** When its state last changed (RFC 3339). */
  readonly updated_at: string;
}

/** What an operator can ask for. */
export type OpAction = "pause" | "resume" | "terminate";

/** @internal */
export const OP_ACTIONS: readonly OpAction[] = ["pause", "resume", "terminate"];

/** That the gateway has accepted an action on one op. */
export interface OpActionAck {
  readonly op_id: string;
  readonly action: OpAction;
  readonly accepted_at: string;
}

/** That the gateway has accepted an action on all ops of an agent (`target`), or of the fleet. */
export interface OpHaltAck {
  /** Whose ops it is about: one agent's, or all. */
  readonly scope: "agent" | "global";
  /** The agent's id; empty for the fleet. */
  readonly target: string;
  /** What was asked for. */
  readonly action: OpAction;
  /** When it was accepted (RFC 3339). */
  readonly accepted_at: string;
}
