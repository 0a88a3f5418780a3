import type { Tree } from "../../lib/cli/exec/process/Tree.js";

/** Processes that are there until the spec says otherwise, and what was done to them. */
export class FakeTree implements Tree {
  readonly done: string[] = [];
  outOfReach: readonly number[] = [];

  constructor(public size = 2) {}

  stop(): number {
    return this.#do("stop");
  }

  continue(): void {
    this.#do("continue");
  }

  send(signal: NodeJS.Signals): number {
    return this.#do(`send ${signal} to all`);
  }

  sendToGroup(signal: NodeJS.Signals): void {
    this.#do(`send ${signal} to the group`);
  }

  terminate(): number {
    return this.#do("terminate");
  }

  kill(): void {
    this.#do("kill");
  }

  #do(what: string): number {
    this.done.push(what);
    return this.size;
  }
}
