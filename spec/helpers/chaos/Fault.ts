import type { FaultProxy } from "../../../lib/testing/FaultProxy.js";
import type { Operator } from "./Operator.js";
import type { Random } from "./Random.js";

/** What a fault strikes, and what it takes to do so. */
export interface Strike {
  readonly proxies: readonly FaultProxy[];
  readonly operator: Operator;
  readonly random: Random;
  /** Goes on for a while; less long when the run is over. */
  readonly last: (fromMs: number, toMs: number) => Promise<void>;
}

/** Something that goes wrong; whatever of the network it changed is restored afterwards by whoever strikes. */
export interface Fault {
  readonly kind: string;
  /** Nothing may be lost by it, and no stream is. */
  readonly isGentle?: true;
  /** It strikes every connection of the gateway and not only some. */
  readonly isEverywhere?: true;
  /** Nothing tells of it but a ping that is not answered. */
  readonly isSilent?: true;
  readonly strike: (strike: Strike) => Promise<void> | void;
}
