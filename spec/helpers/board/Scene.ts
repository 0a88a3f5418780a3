import { BehaviorSubject, NEVER, Subject } from "rxjs";
import type { BoardClient } from "../../../lib/cli/board/Board.js";
import type { BoardSource } from "../../../lib/cli/board/BoardModel.js";
import { type ChannelStatus, channelStatus } from "../../../lib/channel/ChannelStatus.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpControlSignal } from "../../../lib/opStatus.js";
import type { OpRecord, OpRecordState } from "../../../lib/rest/OpRecord.js";

/** A board's surroundings, played by the script: signals, a channel, an API server and the time. */
export class Scene {
  readonly source: BoardSource;
  readonly records = new Map<string, OpRecordState>();
  readonly client: BoardClient;
  /** What the API server was asked to do. */
  readonly asked: string[] = [];
  readonly #signals$ = new Subject<OpControlMessage>();
  readonly #connection$ = new BehaviorSubject<ChannelStatus>(channelStatus("connecting"));
  #sequence = 0n;
  #past: number | undefined;

  constructor() {
    const control = OpControlSubscriber.from(this.#signals$);
    this.source = {
      signals$: control.signals$,
      connection$: this.#connection$,
      diagnostics$: NEVER,
      status: (opId) => control.status(opId),
    };
    this.client = {
      apiUrl: "http://127.0.0.1:7700",
      list: () => Promise.resolve([...this.records].map(([op_id, state]) => record(op_id, state))),
      act: (op_id, action) => {
        this.asked.push(`${action} ${op_id}`);
        return Promise.resolve({ op_id, action, accepted_at: "" });
      },
      haltAgent: (op, action) => {
        this.asked.push(`${action} the agent of ${op}`);
        return Promise.resolve({ scope: "agent", target: "agent-7", action, accepted_at: "" });
      },
      haltFleet: (action) => {
        this.asked.push(`${action} the fleet`);
        return Promise.resolve({ scope: "global", target: "", action, accepted_at: "" });
      },
    };
  }

  /** Whether anybody listens to the channel. */
  get isObserved(): boolean {
    return this.#connection$.observed;
  }

  readonly now = (): number => this.#past ?? Date.now();

  /** What is done next was done so long ago; without a number, it is done now. */
  ago(seconds?: number): void {
    this.#past = seconds === undefined ? undefined : Date.now() - seconds * 1000;
  }

  signal(opId: string, signal: OpControlSignal): void {
    this.#signals$.next({ opId, signal, sequence: this.#sequence++ });
  }

  channel(state: ChannelStatus["state"], details: Partial<ChannelStatus> = {}): void {
    this.#connection$.next({ ...channelStatus(state), since: this.now(), ...details });
  }
}

function record(op_id: string, state: OpRecordState): OpRecord {
  return { op_id, state, registered_at: "2025-01-01T00:00:00Z", updated_at: "2025-01-01T00:00:00Z" };
}
