import { Observable } from "rxjs";
import { OpControlSubscriber } from "../../lib/index.js";
import type { WireSignal } from "../sender/wire.js";
import { bareStream } from "./bareStream.js";
import { naiveStatuses } from "./naive.js";

/** A way from a gateway to what is told of its ops. */
export interface StatusStream extends Disposable {
  /** Tells of every signal in turn, and of as many more as there are ops where `tellsOfOps`. */
  readonly live: Promise<void>;
}

export interface Way {
  readonly name: string;
  /** Whether every op is told of once more, when it is heard of first. */
  readonly tellsOfOps?: true;
  readonly open: (endpoint: string, onStatus: () => void) => StatusStream;
}

export const bare: Way = {
  name: "grpc-js",
  open: (endpoint, onStatus) => {
    const stream = bareStream(endpoint);
    stream.call.on("data", onStatus);
    return stream;
  },
};

export const ours: Way = {
  name: "rx-op-control",
  open: (endpoint, onStatus) => {
    const control = OpControlSubscriber.connect(endpoint, { agentId: "bench" });
    control.statuses$.subscribe({ next: onStatus, error: fail });
    return {
      live: control.ready(),
      [Symbol.dispose]: () => {
        control.close();
      },
    };
  },
};

export const naive: Way = {
  name: "groupBy",
  tellsOfOps: true,
  open: (endpoint, onStatus) => {
    const stream = bareStream(endpoint);
    const signals$ = new Observable<WireSignal>((subscriber) => {
      stream.call.on("data", (signal: WireSignal) => {
        subscriber.next(signal);
      });
    });
    naiveStatuses(signals$).subscribe({ next: onStatus, error: fail });
    return stream;
  },
};

function fail(error: unknown): never {
  throw error;
}
