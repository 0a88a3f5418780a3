import { sendSignal } from "./sendSignal.js";
import type { Tree } from "./Tree.js";

/** A process group: all that can be had of a process's descendants where there is no /proc. */
export class GroupTree implements Tree {
  readonly #group: number;
  #isOutOfReach = false;
  #isToldToEnd = false;

  /** @param leader The process that leads it. */
  constructor(leader: number) {
    this.#group = leader;
  }

  get size(): number {
    return sendSignal(-this.#group, 0) === "gone" ? 0 : 1;
  }

  get outOfReach(): readonly number[] {
    return this.#isOutOfReach ? [this.#group] : [];
  }

  stop(): number {
    this.send("SIGSTOP");
    return this.size;
  }

  continue(): void {
    this.send("SIGCONT");
  }

  send(signal: NodeJS.Signals): void {
    if (signal === "SIGTERM") this.#isToldToEnd = true;
    this.#isOutOfReach = sendSignal(-this.#group, signal) === "forbidden";
  }

  sendToGroup(signal: NodeJS.Signals): void {
    this.send(signal);
  }

  terminate(): void {
    if (!this.#isToldToEnd) this.send("SIGTERM");
    // One that is stopped would not hear of it.
    this.send("SIGCONT");
  }

  kill(): void {
    this.send("SIGKILL");
  }
}
