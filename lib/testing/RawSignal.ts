/** What goes over the wire, well-formed or not. */
export interface RawSignal {
  /** The op's id, empty by default. */
  readonly opId?: string;
  /** The number of the wire's enum: 1, 2 and 3 are PAUSE, RESUME and TERMINATE. */
  readonly signal?: number;
  /** By default the gateway's own next one. */
  readonly sequence?: bigint;
}
