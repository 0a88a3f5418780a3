import type { Socket } from "node:net";
import { breakOff } from "./breakOff.js";
import type { ProxyPace } from "./DelayLine.js";
import { FrameTracker } from "./FrameTracker.js";
import { FRAME, type FrameHeader, resetFrame } from "./http2Frames.js";
import { ProxyPipe } from "./ProxyPipe.js";

/** Which way a black hole swallows: what the agent sends, what the gateway sends, or both. */
export type BlackHoleDirection = "both" | "toAgent" | "toGateway";

const CLIENT_PREFACE_BYTES = 24;
const TLS_HANDSHAKE = 0x16;
const END_STREAM = 0x1;
const CANCEL = 8;

/**
 * One connection of an agent: passed on to the gateway, or stalled where there is none.
 *
 * @internal
 */
export class ProxyConnection {
  /** When the agent has ended its side, in order or not. */
  readonly ended: Promise<unknown>;
  /** When both sides are closed. */
  readonly closed: Promise<unknown>;
  readonly #sockets: readonly Socket[];
  readonly #toAgent: ProxyPipe | undefined;
  readonly #toGateway: ProxyPipe | undefined;
  readonly #streams = new Set<number>();
  #isTls = false;

  constructor(agent: Socket, gateway: Socket | undefined, onSwallowed: (bytes: number) => void) {
    this.#sockets = gateway ? [agent, gateway] : [agent];
    this.ended = new Promise((resolve) => agent.once("end", resolve).once("close", resolve));
    this.closed = Promise.all(this.#sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))));
    agent.once("data", (bytes: Buffer) => {
      this.#isTls = bytes[0] === TLS_HANDSHAKE;
    });
    if (gateway) {
      const fromAgent = new FrameTracker(CLIENT_PREFACE_BYTES, ({ type, streamId }) => {
        if (type === FRAME.HEADERS) this.#streams.add(streamId);
        if (type === FRAME.RST_STREAM) this.#streams.delete(streamId);
      });
      const fromGateway = new FrameTracker(0, (header) => {
        if (endsStream(header)) this.#streams.delete(header.streamId);
      });
      this.#toGateway = new ProxyPipe(agent, gateway, fromAgent, onSwallowed);
      this.#toAgent = new ProxyPipe(gateway, agent, fromGateway, onSwallowed);
    } else {
      agent.on("data", (bytes: Buffer) => {
        onSwallowed(bytes.length);
      });
    }
  }

  /** Whether something of it was swallowed, so that it can never make sense again. */
  get lossy(): boolean {
    return !this.#toAgent || !this.#toGateway || this.#toAgent.lossy || this.#toGateway.lossy;
  }

  set hole(direction: BlackHoleDirection | undefined) {
    if (this.#toAgent) this.#toAgent.swallows = direction === "both" || direction === "toAgent";
    if (this.#toGateway) this.#toGateway.swallows = direction === "both" || direction === "toGateway";
  }

  set pace(pace: ProxyPace | undefined) {
    if (this.#toAgent) this.#toAgent.pace = pace;
    if (this.#toGateway) this.#toGateway.pace = pace;
  }

  hangUp(): void {
    for (const socket of this.#sockets) socket.end();
  }

  reset(): void {
    for (const socket of this.#sockets) breakOff(socket);
  }

  inject(bytes: Uint8Array): void {
    if (this.#isTls) throw new Error("frames can be injected into plaintext connections only, and this one is TLS");
    this.#toAgent?.inject(bytes);
  }

  resetStreams(code: number): void {
    for (const streamId of this.#streams) {
      this.inject(resetFrame(streamId, code));
      // Or the gateway would go on serving a stream that its agent knows to be over.
      this.#toGateway?.inject(resetFrame(streamId, CANCEL));
    }
    this.#streams.clear();
  }

  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

function endsStream({ type, flags }: FrameHeader): boolean {
  if (type === FRAME.RST_STREAM) return true;
  return (type === FRAME.DATA || type === FRAME.HEADERS) && (flags & END_STREAM) !== 0;
}
