import { BehaviorSubject, filter, firstValueFrom, type Observable, Subject, type Subscription } from "rxjs";
import { type ChannelStatus, channelStatus } from "../../channel/ChannelStatus.js";
import type { ChannelEvent } from "../../channel/SignalSource.js";
import type { Diagnostic } from "../../Diagnostic.js";
import type { BusMessage } from "../../nats/EnvelopeReader.js";
import { type GatewayBus, gatewayBus } from "../../nats/gatewayBus.js";
import { FLEET_ID } from "../../opStatus.js";
import { describeError } from "../../printable.js";
import { OpRefusedError } from "../rest/OpRefusedError.js";
import type { OpSignal } from "../rest/OpSignal.js";

/**
 * The bus behind a gateway: what an operator does goes to it, and all that comes from it to the agents.
 *
 * @internal
 */
export class BusLink {
  readonly #bus: GatewayBus;
  readonly #relay: (message: BusMessage) => void;
  readonly #status$ = new BehaviorSubject<ChannelStatus>(channelStatus("connecting"));
  readonly #diagnostics$ = new Subject<Diagnostic>();
  readonly #link: Subscription;
  #fault: unknown;

  private constructor(bus: GatewayBus, relay: (message: BusMessage) => void) {
    this.#bus = bus;
    this.#relay = relay;
    this.#link = bus.events$.subscribe({
      next: (event) => {
        this.#take(event);
      },
      error: (error: unknown) => {
        this.#fault = error;
        this.#status$.next(channelStatus("failed", { lastError: describeError(error) }));
      },
    });
  }

  /**
   * Resolves when all that is retained was relayed, or when the bus cannot be had for now, which is tried again; rejects
   * where that is of no use.
   *
   * @param relay Sends a message on; it must not throw.
   */
  static async open(servers: readonly string[], relay: (message: BusMessage) => void): Promise<BusLink> {
    const link = new BusLink(gatewayBus({ servers }), relay);
    const { state } = await firstValueFrom(link.#status$.pipe(filter((status) => status.state !== "connecting")));
    if (state === "failed") throw link.#fault;
    return link;
  }

  get status$(): Observable<ChannelStatus> {
    return this.#status$.asObservable();
  }

  get diagnostics$(): Observable<Diagnostic> {
    return this.#diagnostics$.asObservable();
  }

  async publish({ opId, signal, agent }: OpSignal): Promise<void> {
    // The bus has a subject for each agent and one for the fleet, and none for what is nobody's.
    if (!agent && opId !== FLEET_ID)
      throw new OpRefusedError("Operation has no resolvable owning agent to signal", 409);
    await this.#bus.publish({ opId, signal, ...(agent && { agent }) });
  }

  close(): void {
    this.#link.unsubscribe();
    this.#status$.next(channelStatus("closed"));
    this.#status$.complete();
    this.#diagnostics$.complete();
  }

  #take(event: ChannelEvent): void {
    if (event.type === "status") this.#status$.next(event.status);
    else if (event.type === "diagnostic") this.#diagnostics$.next(event.diagnostic);
    else this.#relay(event.message as BusMessage);
  }
}
