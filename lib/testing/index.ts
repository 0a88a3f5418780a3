/**
 * A gateway in your test's own process, a network in front of it that fails, and marbles for ops.
 *
 * @module rx-op-control/testing
 */

// The gateway
export { DevGateway } from "./DevGateway.js";
export type { DevGatewayOptions, RestOptions } from "./DevGatewayOptions.js";
export type { RawSignal } from "./RawSignal.js";
export type { SentSignal } from "./SentSignal.js";
export type { StreamEnd } from "./StreamEnd.js";

// What its operator does
export type { OpRegistry } from "./rest/OpRegistry.js";
export type { OpEvent } from "./rest/OpEvent.js";
export { OpRefusedError } from "./rest/OpRefusedError.js";
export type { OpAction, OpHaltAck, OpRecord, OpRecordState } from "../rest/OpRecord.js";

// The network in front of it
export { FaultProxy } from "./FaultProxy.js";
export type { FaultProxyOptions } from "./FaultProxy.js";
export type { BlackHoleDirection } from "./ProxyConnection.js";
export type { ProxyCounts } from "./ProxyCounter.js";
export type { ProxyPace } from "./DelayLine.js";
export type { ProxyTarget } from "./dial.js";

// Marbles
export { marbleMatcher } from "./marbleMatcher.js";
export { opMarbles } from "./opMarbles.js";
export type { OpMarble, OpMarblesConfig } from "./opMarbles.js";
