import { describeError } from "../../printable.js";
import type { ExecEvent } from "./ExecEvent.js";
import type { Tree } from "./process/Tree.js";
import { asksToEnd, type PassedOn } from "./signalsToUs.js";
import { type Happening, isHeld, type Situation } from "./Situation.js";

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
    const { before, after, happening } = step;
    const { tell } = this.#enforced;
    if (happening.type === "signal" && !after.end?.isUrgent) this.#passOn(happening.signal);
    if (after.end) this.#end(step);
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

  /** As a terminal does; but a request to end is for all of them, wherever they have moved to. */
  #passOn(signal: PassedOn): void {
    const { tree } = this.#enforced;
    if (asksToEnd(signal)) tree.send(signal);
    else tree.sendToGroup(signal);
  }

  #hold({ before, after, happening }: Step): void {
    const { tree, tell } = this.#enforced;
    const processes = isHeld(after) ? tree.stop() : 0;
    if (!isHeld(after) && isHeld(before)) tree.continue();
    if (after.isPaused === before.isPaused || happening.type !== "verdict") return;
    const { verdict } = happening;
    if (verdict.state === "paused") tell({ type: "stopped", scope: verdict.scope, processes });
    if (verdict.state === "running") tell({ type: "continued", scope: verdict.scope });
  }

  #end({ before, after, happening }: Step): void {
    const { tree, tell, graceMs } = this.#enforced;
    const { end } = after;
    if (!end) return;
    const isNews = end.reason !== before.end?.reason || end.isUrgent !== before.end.isUrgent;
    if (end.isUrgent) tree.stop();
    else if (happening.type === "leaderEnded" || (isNews && end.reason !== "asked")) tree.terminate();
    else tree.continue();
    const processes = isNews ? tree.size : 0;
    if (processes === 0) return;
    const detail = detailOf(happening);
    tell({ type: "ending", reason: end.reason, detail, processes, graceMs: end.isUrgent ? 0 : graceMs });
  }

  /** Each once: there is nothing that we could do about it. */
  #tellOutOfReach(): void {
    const pids = this.#enforced.tree.outOfReach.filter((pid) => !this.#toldOutOfReach.has(pid));
    if (pids.length === 0) return;
    for (const pid of pids) this.#toldOutOfReach.add(pid);
    this.#enforced.tell({ type: "outOfReach", pids });
  }
}

function detailOf(happening: Happening): string {
  switch (happening.type) {
    case "verdict":
      return happening.verdict.state === "unknown" ? describeError(happening.verdict.reason) : happening.verdict.scope;
    case "unguardable":
      return describeError(happening.reason);
    case "signal":
      return happening.signal;
    default:
      return "";
  }
}
