import type { ConnectOptions } from "../../../lib/options.js";
import type { Scene } from "./Scene.js";

/** A fault in a scene of its own. */
export interface Fault {
  /** From now on every attempt meets it. */
  readonly arm: () => unknown;
  /** It strikes the stream that is live; left out where only an attempt can meet it. */
  readonly strike?: () => unknown;
  /** It is over; left out where it was over at once. */
  readonly lift?: () => unknown;
}

/** A row of the matrix. */
export interface Row {
  readonly name: string;
  /** With how many ops it is tried; with 0, 1 and 100 by default. */
  readonly opCounts?: readonly number[];
  readonly options?: Partial<ConnectOptions>;
  /** Sets the scene: nothing is amiss yet. */
  readonly build: (scene: Scene) => Promise<Fault>;
  /** What an attempt that meets it says went wrong. */
  readonly reason: RegExp;
  /** What a stream that is struck says, where it is something else. */
  readonly struck?: RegExp;
  /** How many failures are waited for; 2 by default, so that it is met again after a wait. */
  readonly times?: number;
  /** The answer of the other side is one of a gateway that takes us in, and what is wrong comes after it. */
  readonly goesLive?: boolean;
  /** The stream is replaced before it ends, and the channel is live all the time. */
  readonly isHandover?: boolean;
  /** Nothing tells of it but keepalive. */
  readonly isSilent?: boolean;
  /** The gateway means it: it is asked again, but slowly. */
  readonly isRefusal?: boolean;
}

/** When a fault comes. */
export type Phase = "on first connect" | "while live" | "on reconnect";

/** Rows that run together. */
export interface Kind {
  readonly name: string;
  readonly rows: readonly Row[];
  /** When its faults can come; by default in each phase. */
  readonly phases?: readonly Phase[];
  /** Its cases are begun before all others, and waited for after them: they keep another process busy than this one. */
  readonly isSlow?: boolean;
  /** How many of its cases may run at the same time. */
  readonly concurrency?: number;
}
