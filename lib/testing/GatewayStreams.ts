import { Metadata } from "@grpc/grpc-js";
import { BehaviorSubject, combineLatest, distinctUntilChanged, map, type Observable } from "rxjs";
import type { AgentId } from "../../codegen/gen/common.js";
import type { AgentIdentity } from "../options.js";
import type { GatewayCall, Payload } from "./opControlService.js";
import { isSameAgent } from "./refusalOf.js";
import type { StreamEnd } from "./StreamEnd.js";

/** One agent's stream. */
interface GatewayStream {
  readonly agent: AgentIdentity;
  readonly call: GatewayCall;
}

/** Says why a subscriber is refused, if it is. */
type Check = (agent: AgentId | undefined, metadata: Metadata) => StreamEnd | undefined;

/**
 * The streams of a gateway's subscribers, from their coming to their end.
 *
 * @internal
 */
export class GatewayStreams {
  readonly #open$ = new BehaviorSubject<readonly GatewayStream[]>([]);
  readonly #withheld$ = new BehaviorSubject<readonly GatewayStream[]>([]);
  readonly #check: Check;
  #refusals = 0;
  #refusal: StreamEnd | undefined;
  #toWithhold = 0;

  constructor(check: Check) {
    this.#check = check;
  }

  /** Whose streams are open now, one entry a stream. */
  get agents(): readonly AgentIdentity[] {
    return agentsOf(this.#open$.value);
  }

  get agents$(): Observable<readonly AgentIdentity[]> {
    return this.#open$.pipe(map(agentsOf));
  }

  /** Who waits for headers. */
  get withheld$(): Observable<readonly AgentIdentity[]> {
    return this.#withheld$.pipe(map(agentsOf));
  }

  /** Whether nobody is subscribed, nor waits to be. */
  get idle$(): Observable<boolean> {
    return combineLatest([this.#open$, this.#withheld$]).pipe(
      map((kinds) => kinds.every((streams) => streams.length === 0)),
      distinctUntilChanged(),
    );
  }

  /** Takes a subscriber in, or turns it away. */
  take(call: GatewayCall): void {
    const { agentId: agent } = call.request;
    const refusal = this.#nextRefusal() ?? this.#check(agent, call.metadata);
    if (refusal || !agent) {
      call.emit("error", refusal);
      return;
    }
    const stream = { agent, call };
    for (const event of ["cancelled", "close", "finish"]) {
      call.on(event, () => {
        leave(this.#open$, stream);
        leave(this.#withheld$, stream);
      });
    }
    if (this.#toWithhold > 0) {
      this.#toWithhold--;
      enter(this.#withheld$, stream);
    } else {
      this.#subscribe(stream);
    }
  }

  send(payload: Payload, agent?: AgentIdentity): void {
    for (const stream of this.#open$.value) {
      if (!agent || isSameAgent(stream.agent, agent)) stream.call.write(payload);
    }
  }

  end(end?: StreamEnd): void {
    const ended = this.#open$.value;
    // At once: a call that is written to after its end, while a message of it is still under way, never tells its end.
    this.#open$.next([]);
    for (const { call } of ended) {
      if (end) call.emit("error", end);
      else call.end();
    }
  }

  refuseNext(times: number, refusal: StreamEnd): void {
    this.#refusals = times;
    this.#refusal = refusal;
  }

  withholdNext(times: number): void {
    this.#toWithhold = times;
  }

  sendHeaders(): void {
    this.#toWithhold = 0;
    const streams = this.#withheld$.value;
    this.#withheld$.next([]);
    for (const stream of streams) this.#subscribe(stream);
  }

  #subscribe(stream: GatewayStream): void {
    stream.call.sendMetadata(new Metadata());
    enter(this.#open$, stream);
  }

  #nextRefusal(): StreamEnd | undefined {
    if (this.#refusals <= 0) return undefined;
    this.#refusals--;
    return this.#refusal;
  }
}

function agentsOf(streams: readonly GatewayStream[]): readonly AgentIdentity[] {
  return streams.map(({ agent }) => agent);
}

function enter(streams$: BehaviorSubject<readonly GatewayStream[]>, stream: GatewayStream): void {
  streams$.next([...streams$.value, stream]);
}

function leave(streams$: BehaviorSubject<readonly GatewayStream[]>, stream: GatewayStream): void {
  const left = streams$.value.filter((other) => other !== stream);
  if (left.length < streams$.value.length) streams$.next(left);
}
