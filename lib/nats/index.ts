/**
 * Signals from and to a NATS bus; needs `@nats-io/transport-node` and `@nats-io/jetstream`.
 *
 * @module rx-op-control/nats
 */

// Signals from the bus
export { jetStreamSignals } from "./jetStreamSignals.js";
export type { JetStreamOptions } from "./jetStreamSignals.js";

// Signals to the bus
export { publishSignal, SignalNotPublishedError } from "./publishSignal.js";
export type { SignalToPublish } from "./publishSignal.js";

// The stream
export { ensureOpControlStream } from "./ensureOpControlStream.js";
export { StreamMismatchError, StreamUnusableError } from "./StreamUnusableError.js";
