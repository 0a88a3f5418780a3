import type { OpControlMessage, OpScope, OpState, Verdict } from "../../lib/opStatus.js";

const states = { PAUSE: "paused", RESUME: "running", TERMINATE: "terminated" } as const;

/** What the contract says of every op, and nothing of how: what each scope was told last, a TERMINATE being final. */
export class OpModel {
  readonly #told = new Map<string, { readonly state: OpState; readonly sequence: bigint }>();

  apply({ opId, signal, sequence }: OpControlMessage): void {
    const key = keyOf(opId);
    const state = this.#stateOf(key);
    if (state !== "terminated" && state !== states[signal]) this.#told.set(key, { state: states[signal], sequence });
  }

  /** What the op itself was told, whatever wider scopes say. */
  ownStateOf(opId: string): OpState {
    return this.#stateOf(keyOf(opId));
  }

  /** The most severe of what the op, the agent and the fleet were told; of equals the narrowest. */
  verdictOn(opId: string): Verdict {
    const levels: [OpScope, string][] = [["fleet", "*"]];
    if (opId !== "*") levels.unshift(["agent", "agent:"]);
    if (keyOf(opId) === opId && opId !== "*") levels.unshift(["op", opId]);
    for (const state of ["terminated", "paused"] as const) {
      const level = levels.find(([, key]) => this.#stateOf(key) === state);
      if (level) return { state, scope: level[0], sequence: this.#told.get(level[1])!.sequence };
    }
    return { state: "running", scope: levels[0]![0], sequence: 0n };
  }

  #stateOf(key: string): OpState {
    return this.#told.get(key)?.state ?? "running";
  }
}

/** Every `agent:…` id on our stream is ours, so all of them are one. */
function keyOf(opId: string): string {
  return opId.startsWith("agent:") ? "agent:" : opId;
}
