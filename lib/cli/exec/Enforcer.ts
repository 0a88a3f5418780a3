import type { ExecEvent } from "./ExecEvent.js";
import type { Tree } from "./process/Tree.js";
import { asksToEnd } from "./signalsToUs.js";
import { type End, type Happening, isHeld, type Situation } from "./Situation.js";

/** What a happening made of a situation. */
export interface Step {
  readonly before: Situation;
  readonly after: Situation;
  readonly happening: Happening;
}

/** Whom it is done to, and how. */
interface Enforced {
  readonly tree: Tree;
  readonly graceMs: number;
  readonly tell: (event: ExecEvent) => void;
}

/** Does to the processes what a situation asks for, and tells of it afterwards: a pause does not wait for words. */
export class Enforcer {
  readonly #enforced: Enforced;
  readonly #toldOutOfReach = new Set<number>();

  constructor(enforced: Enforced) {
    this.#enforced = enforced;
  }

  enforce(step: Step): void {
    const { before, after } = step;
    const { tell } = this.#enforced;
    if (after.end) this.#end(after.end, step);
    else this.#hold(step);
    if (after.isInterrupted && !before.isInterrupted) tell({ type: "interruptedWhileStopped" });
    if (after.isUnguarded && !before.isUnguarded) tell({ type: "guardianLost" });
    this.#tellOutOfReach();
  }

  /** Stops what somebody else has woken, as the kernel does when a shell that leads jobs is killed. */
  patrol(): void {
    this.#enforced.tree.stop();
    this.#tellOutOfReach();
  }

  #hold({ before, after, happening }: Step): void {
    const { tree, tell } = this.#enforced;
    if (happening.type === "signal") tree.sendToGroup(happening.signal);
    const processes = isHeld(after) ? tree.stop() : 0;
    if (!isHeld(after) && isHeld(before)) tree.continue();
    if (after.isPaused === before.isPaused || happening.type !== "verdict") return;
    const { verdict } = happening;
    if (verdict.state === "paused") tell({ type: "stopped", scope: verdict.scope, processes });
    if (verdict.state === "running") tell({ type: "continued", scope: verdict.scope });
  }

  #end(end: End, { before, happening }: Step): void {
    const { graceMs, tell } = this.#enforced;
    const isNews = end.reason !== before.end?.reason || end.isUrgent !== before.end.isUrgent;
    const processes = this.#endOrPassOn(end, happening, isNews);
    if (!isNews || processes === 0) return;
    const { reason, detail, isUrgent } = end;
    tell({ type: "ending", reason, detail, processes, graceMs: isUrgent ? 0 : graceMs });
  }

  /** Returns how many are to end. */
  #endOrPassOn({ isUrgent }: End, happening: Happening, isNews: boolean): number {
    const { tree } = this.#enforced;
    // Killed they are by whoever waits for their end.
    if (isUrgent) return tree.stop();
    if (happening.type === "signal") {
      // A request to end is for all of them, wherever they have moved to; anything else as a terminal does it.
      const processes = asksToEnd(happening.signal) ? tree.send(happening.signal) : 0;
      if (processes === 0) tree.sendToGroup(happening.signal);
      tree.continue();
      return processes;
    }
    return isNews || happening.type === "leaderEnded" ? tree.terminate() : 0;
  }

  /** Each once: there is nothing that we could do about it. */
  #tellOutOfReach(): void {
    const pids = this.#enforced.tree.outOfReach.filter((pid) => !this.#toldOutOfReach.has(pid));
    if (pids.length === 0) return;
    for (const pid of pids) this.#toldOutOfReach.add(pid);
    this.#enforced.tell({ type: "outOfReach", pids });
  }
}
