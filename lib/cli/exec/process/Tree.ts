/** A governed process and what descends from it. */
export interface Tree {
  /** How many of them are alive. */
  readonly size: number;
  /** Those that we may not signal, such as a process of another user's. */
  readonly outOfReach: readonly number[];
  /** Stops all of them; called again it also stops those that were woken since. Returns how many there are. */
  stop(): number;
  /** Lets those go on that we have stopped. */
  continue(): void;
  /** Passes a signal on to all of them. Returns how many there were. */
  send(signal: NodeJS.Signals): number;
  /** Passes a signal on to the process and its group, as a terminal does, while the process is there. */
  sendToGroup(signal: NodeJS.Signals): void;
  /** Tells all of them to end, each once, stopped or not. Returns how many there were. */
  terminate(): number;
  /** Ends all of them. */
  kill(): void;
}
