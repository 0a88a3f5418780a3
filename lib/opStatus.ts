/** What an op may do now; `"running"` is also the state of an op that no signal was ever seen for. */
export type OpState = "running" | "paused" | "terminated";

/**
 * Whose signal decided a status.
 *
 * - `"op"`: the op's own.
 * - `"agent"`: the reserved id `agent:{agent_id}`, every op of the agent.
 * - `"fleet"`: the reserved id `*`, every op of every agent.
 * - `"channel"`: nobody's; this side holds the op because it cannot vouch for it.
 */
export type OpScope = "op" | "agent" | "fleet" | "channel";

/**
 * The scopes that a signal can speak for.
 *
 * @internal
 */
export type SignalScope = Exclude<OpScope, "channel">;

/** What the gateway can tell an op. */
export type OpControlSignal = "PAUSE" | "RESUME" | "TERMINATE";

/** One well-formed signal, as the gateway pushed it. */
export interface OpControlMessage {
  /** The op, named `"{trace_id}:{span_id}"`, or a reserved id: `agent:{agent_id}` or `*`. Opaque: never split it. */
  readonly opId: string;
  /** What the op is told. */
  readonly signal: OpControlSignal;
  /**
   * Advisory. It restarts at 0 with the gateway, is shared by all agents (holes are normal) and is renumbered on
   * replay; no signal is ever dropped because of it.
   */
  readonly sequence: bigint;
}

/** What an op may do now, and who decided so. */
export interface OpStatus {
  /** The op, or the reserved id that was asked for. */
  readonly opId: string;
  /** What it may do. */
  readonly state: OpState;
  /** Whose signal decided it; `"op"` also where none did. */
  readonly scope: OpScope;
  /** The sequence of the signal that decided, `0n` where none did. */
  readonly sequence: bigint;
}

/**
 * What one scope says, whomever it says it to.
 *
 * @internal
 */
export type Verdict = Omit<OpStatus, "opId">;

/** @internal */
export const FLEET_ID = "*";

/** @internal */
export const AGENT_ID_PREFIX = "agent:";

const severity: Readonly<Record<OpState, number>> = { running: 0, paused: 1, terminated: 2 };

/**
 * The reducer: what a scope says after a signal to it. TERMINATE is final; the same object comes back where nothing
 * changes.
 *
 * @internal
 */
export function reduceVerdict(verdict: Verdict, scope: OpScope, { signal, sequence }: OpControlMessage): Verdict {
  const state = nextState(verdict.state, signal);
  return state === verdict.state ? verdict : { state, scope, sequence };
}

function nextState(state: OpState, signal: OpControlSignal): OpState {
  if (state === "terminated" || signal === "TERMINATE") return "terminated";
  return signal === "PAUSE" ? "paused" : "running";
}

/**
 * The more severe of two verdicts; of two that are alike the first, so name the narrower scope first.
 *
 * @internal
 */
export function mostSevere(narrower: Verdict, wider: Verdict): Verdict {
  return severity[wider.state] > severity[narrower.state] ? wider : narrower;
}

/**
 * Whether two statuses of one op are the same to whoever watches it. Of a terminated op nothing more is told: it does
 * not matter who terminates it again.
 *
 * @internal
 */
export function isSameStatus(a: Verdict, b: Verdict): boolean {
  return a.state === b.state && (a.scope === b.scope || a.state === "terminated");
}

/**
 * Which scope an id of the wire speaks for. Every `agent:…` id on our stream is ours: the gateway filters.
 *
 * @internal
 */
export function scopeOfId(opId: string): SignalScope {
  if (opId === FLEET_ID) return "fleet";
  return opId.startsWith(AGENT_ID_PREFIX) ? "agent" : "op";
}

/**
 * What the signals to one scope have in common: its id, or for the agent's, which may come under several, their prefix.
 *
 * @internal
 */
export function scopeKey(opId: string): string {
  return scopeOfId(opId) === "agent" ? AGENT_ID_PREFIX : opId;
}
