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
    return this.send("SIGSTOP");
  }

  continue(): void {
    this.send("SIGCONT");
  }

  send(signal: NodeJS.Signals): number {
    if (signal === "SIGTERM") this.#isToldToEnd = true;
    const outcome = sendSignal(-this.#group, signal);
    this.#isOutOfReach = outcome === "forbidden";
    return outcome === "gone" ? 0 : 1;
  }

  sendToGroup(signal: NodeJS.Signals): void {
    this.send(signal);
  }

  terminate(): number {
    const { size } = this;
    if (!this.#isToldToEnd) this.send("SIGTERM");
    // One that is stopped would not hear of it.
    this.send("SIGCONT");
    return size;
  }

  kill(): void {
    this.send("SIGKILL");
  }
}
