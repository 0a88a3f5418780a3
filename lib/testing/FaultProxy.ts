import type { Socket } from "node:net";
import type { Observable } from "rxjs";
import { breakOff } from "./breakOff.js";
import type { ProxyPace } from "./DelayLine.js";
import { dial, endpointOf, type ProxyTarget } from "./dial.js";
import { flap } from "./flap.js";
import { goAwayFrame } from "./http2Frames.js";
import { type BlackHoleDirection, ProxyConnection } from "./ProxyConnection.js";
import { ProxyCounter, type ProxyCounts } from "./ProxyCounter.js";
import { PROXY_HOST, ProxyListener } from "./ProxyListener.js";

/** How a {@link FaultProxy} is set up. */
export interface FaultProxyOptions {
  /** The port that it listens on; by default one that is free. */
  readonly port?: number;
}

const DEFAULT_FLAP_MS = 20;

/**
 * Stands between an agent and its gateway, and fails as networks, proxies and dying gateways do.
 *
 * It passes bytes on as they are, TLS included. Only `goAway`, `resetStreams` and `inject` speak HTTP/2 themselves, and
 * so work on plaintext connections only.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber } from "rx-op-control";
 * import { DevGateway, FaultProxy } from "rx-op-control/testing";
 *
 * await using gateway = await DevGateway.start();
 * await using proxy = await FaultProxy.start(gateway);
 * using control = OpControlSubscriber.connect(proxy.endpoint, { agentId: "agent-7" });
 * await control.ready();
 *
 * control.connection$.subscribe(({ state }) => console.log(state)); // live, reconnecting, live
 * proxy.reset();
 * ```
 */
export class FaultProxy implements AsyncDisposable {
  readonly #connections = new Set<ProxyConnection>();
  readonly #counter = new ProxyCounter();
  readonly #listener: ProxyListener;
  #target: string;
  #hole: BlackHoleDirection | undefined;
  #pace: ProxyPace | undefined;
  #stalls = 0;
  #refusals = 0;
  #flapping = new AbortController();

  private constructor(target: ProxyTarget, port: number) {
    this.#target = endpointOf(target);
    this.#listener = new ProxyListener(port, (agent) => {
      this.#accept(agent);
    });
  }

  /** Starts listening on 127.0.0.1, for connections to the target. */
  static async start(target: ProxyTarget, { port = 0 }: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, port);
    await proxy.listen();
    return proxy;
  }

  /** The port that it listens on. */
  get port(): number {
    return this.#listener.port;
  }

  /** Where it listens, as `host:port`. */
  get endpoint(): string {
    return `${PROXY_HOST}:${this.port}`;
  }

  /** How many connections it was asked for so far. */
  get accepted(): number {
    return this.#counter.counts.accepted;
  }

  /** How many of them the agent has not ended. */
  get open(): number {
    return this.#counter.counts.open;
  }

  /** What it has seen so far, now and whenever that changes: what a test waits for. */
  get counts$(): Observable<ProxyCounts> {
    return this.#counter.counts$;
  }

  /** Passes new connections on to another gateway; those that are open stay where they are. */
  retarget(target: ProxyTarget): void {
    this.#target = endpointOf(target);
  }

  /** Ends every open connection in order, by TCP FIN to both sides. */
  hangUp(): void {
    for (const connection of this.#connections) connection.hangUp();
  }

  /** Breaks every open connection, by TCP RST to both sides. */
  reset(): void {
    for (const connection of this.#connections) connection.reset();
  }

  /**
   * Swallows what is sent, on open and on new connections, until `restore()`; TCP goes on as if nothing were amiss.
   *
   * Ends and resets are swallowed too. Where something was lost, `restore()` breaks the connection, for a stream with a
   * hole in it is no fault of a network.
   */
  blackHole(direction: BlackHoleDirection = "both"): void {
    this.#hole = direction;
    for (const connection of this.#connections) connection.hole = direction;
  }

  /** Delays everything in both directions, and limits the rate where one is given, on open and on new connections. */
  slow(pace: ProxyPace): void {
    this.#pace = pace;
    for (const connection of this.#connections) connection.pace = pace;
  }

  /** Accepts the next connections and never answers on them, nor tells the gateway: not even HTTP/2 SETTINGS come. */
  stall(times = Infinity): void {
    this.#stalls = times;
  }

  /** Breaks the next connections, by TCP RST, as soon as they are accepted. */
  refuse(times = Infinity): void {
    this.#refusals = times;
  }

  /** Listens no more: new connections are refused by the machine itself, and open ones stay. */
  stopListening(): void {
    this.#listener.stop();
  }

  /** Listens again, on the same port; rejects where somebody else has been given it meanwhile and keeps it for a second. */
  listen(): Promise<void> {
    return this.#listener.listen();
  }

  /**
   * Takes the link down and up again so many times, once every `everyMs`: connections are reset, and refused while it
   * is down. Resolves when it is up for the last time, and rejects as `listen()` does.
   */
  flap(times: number, everyMs = DEFAULT_FLAP_MS): Promise<void> {
    const down = () => {
      this.stopListening();
      this.reset();
    };
    return flap({ down, up: () => this.listen() }, times, everyMs, this.#flapping.signal);
  }

  /**
   * Ends every fault that lasts, and rejects as `listen()` does. Connections that lost something, or were stalled, are
   * broken by TCP RST.
   */
  async restore(): Promise<void> {
    this.#stopFlapping();
    this.#hole = this.#pace = undefined;
    this.#stalls = this.#refusals = 0;
    for (const connection of this.#connections) {
      if (connection.lossy) connection.reset();
      connection.hole = connection.pace = undefined;
    }
    await this.listen();
  }

  /** Tells every agent that its connection takes no new streams, by GOAWAY; those that are open go on. Plaintext only. */
  goAway(code = 0): void {
    this.inject(goAwayFrame(code));
  }

  /** Ends every open stream by RST_STREAM with that HTTP/2 error code; the connections stay. Plaintext only. */
  resetStreams(code: number): void {
    for (const connection of this.#connections) connection.resetStreams(code);
  }

  /** Sends every agent these bytes, between two HTTP/2 frames of its gateway. Plaintext only. */
  inject(bytes: Uint8Array): void {
    for (const connection of this.#connections) connection.inject(bytes);
  }

  /** Stops listening and breaks every connection. */
  async close(): Promise<void> {
    this.#stopFlapping();
    this.stopListening();
    for (const connection of this.#connections) connection.destroy();
    await Promise.all([...this.#connections].map(({ closed }) => closed));
  }

  /** The same as {@link close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #accept(agent: Socket): void {
    agent.on("error", () => undefined);
    this.#counter.add("accepted", 1);
    if (this.#refusals > 0) {
      this.#refusals--;
      breakOff(agent);
    } else if (this.#stalls > 0) {
      this.#stalls--;
      this.#take(agent);
    } else {
      this.#take(agent, this.#hole === "both" ? undefined : dial(this.#target));
    }
  }

  #take(agent: Socket, gateway?: Socket): void {
    const connection = new ProxyConnection(agent, gateway, (bytes) => {
      this.#counter.add("swallowed", bytes);
    });
    connection.hole = this.#hole;
    connection.pace = this.#pace;
    this.#connections.add(connection);
    this.#counter.add("open", 1);
    void connection.ended.then(() => {
      this.#counter.add("open", -1);
    });
    void connection.closed.then(() => this.#connections.delete(connection));
  }

  #stopFlapping(): void {
    this.#flapping.abort();
    this.#flapping = new AbortController();
  }
}
