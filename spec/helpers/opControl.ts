import type { OpControlMessage, OpControlSignal, OpScope, OpState, OpStatus } from "../../lib/opStatus.js";

/** The op that a spec is about, where it is about one. */
export const OP = "4bf92f35:00f067aa";
/** Another op, which what happens to `OP` must leave alone. */
export const OTHER = "4bf92f35:53995c3f";
/** The reserved id of our agent. */
export const AGENT = "agent:agent-7";
/** The reserved id of the fleet. */
export const FLEET = "*";

export const pause = signalOf("PAUSE");
export const resume = signalOf("RESUME");
export const terminate = signalOf("TERMINATE");

export const running = statusOf("running");
export const paused = statusOf("paused");
export const terminated = statusOf("terminated");

/** The signals to `OP` as marbles. */
export const signals = { P: pause(), R: resume(), T: terminate() };

/** The statuses of `OP` as marbles, each decided by the op's own signal (or by none). */
export const statuses = { p: paused(), r: running(), t: terminated() };

function signalOf(signal: OpControlSignal) {
  return (opId = OP, sequence = 0n): OpControlMessage => ({ opId, signal, sequence });
}

function statusOf(state: OpState) {
  return (opId = OP, scope: OpScope = "op", sequence = 0n): OpStatus => ({ opId, state, scope, sequence });
}
