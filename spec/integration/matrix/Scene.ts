import { BehaviorSubject, combineLatest, filter, firstValueFrom, map, type Observable, of, switchMap, tap } from "rxjs";
import type { ConnectOptions } from "../../../lib/options.js";
import { DevGateway } from "../../../lib/testing/DevGateway.js";
import type { DevGatewayOptions } from "../../../lib/testing/DevGatewayOptions.js";
import { FaultProxy } from "../../../lib/testing/FaultProxy.js";
import type { RawSignal } from "../../../lib/testing/RawSignal.js";
import { onOwnPort } from "./onOwnPort.js";
import { within } from "./within.js";

/** What agents must never show, whatever happens to them: every agent of the matrix proves itself by it. */
export const SECRET = "s3cret-t0ken";

/** A gateway as the matrix needs it. */
export interface Host {
  readonly endpoint: string;
  readonly streams$: Observable<number>;
  readonly send: (signal: RawSignal) => unknown;
}

/** Where a case takes place: one agent's network, and the gateway or gateways at the other end of it. */
export class Scene implements AsyncDisposable {
  /** Where the agent connects to. */
  endpoint: string;
  /** What the agent is asked for its token with. */
  token: () => unknown = () => SECRET;
  /** What the fault needs the agent to be told. */
  options: Partial<ConnectOptions> = {};
  readonly #hosts$ = new BehaviorSubject<readonly Host[]>([]);
  readonly #owned: AsyncDisposable[] = [];

  private constructor(readonly proxy: FaultProxy) {
    this.endpoint = proxy.endpoint;
    this.own(proxy);
  }

  static async open(): Promise<Scene> {
    return new Scene(await onOwnPort((port) => FaultProxy.start("127.0.0.1:1", { port })));
  }

  /** Streams that are open now, at all gateways together. */
  get streams$(): Observable<number> {
    return this.#hosts$.pipe(
      switchMap((hosts) => (hosts.length === 0 ? of([]) : combineLatest(hosts.map(({ streams$ }) => streams$)))),
      map((counts) => counts.reduce((sum, count) => sum + count, 0)),
    );
  }

  /** Disposes of it with the scene, the latest first. */
  own<T extends AsyncDisposable>(owned: T): T {
    this.#owned.unshift(owned);
    return owned;
  }

  /** One more gateway that broadcasts, to which the network leads from now on. */
  host(host: Host): void {
    this.#hosts$.next([...this.#hosts$.value, host]);
    this.proxy.retarget(host);
  }

  /** One that is found nowhere else when it is gone: who has its port then would be taken for it. */
  async gateway(options: DevGatewayOptions = {}): Promise<DevGateway> {
    const gateway = this.own(await onOwnPort((port) => DevGateway.start({ ...options, port })));
    this.host(hostOf(gateway));
    return gateway;
  }

  /** Broadcasts, as gateways do: each to whoever is subscribed. */
  async send(signals: readonly RawSignal[]): Promise<void> {
    for (const { send } of this.#hosts$.value) for (const signal of signals) await send(signal);
  }

  /** When the agent has so many streams and as many connections, and no more. */
  async settles(count: number): Promise<void> {
    let streams = 0;
    const settled$ = this.streams$.pipe(
      tap((now) => (streams = now)),
      filter((now) => now === count),
    );
    await within(firstValueFrom(settled$), () => `${count} stream(s) at the gateways, which have ${streams}`);
    const open = firstValueFrom(this.proxy.counts$.pipe(filter(({ open }) => open === count)));
    await within(open, () => `${count} connection(s) of the agent, which has ${this.proxy.open}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const owned of this.#owned) await owned[Symbol.asyncDispose]();
  }
}

export function hostOf(gateway: DevGateway): Host {
  return {
    endpoint: gateway.endpoint,
    streams$: gateway.subscribers$.pipe(map(({ length }) => length)),
    send: (signal) => gateway.send(signal),
  };
}
