// The gateway
export { DevGateway } from "./DevGateway.js";
export type { DevGatewayOptions, RawSignal } from "./DevGateway.js";

// Marbles
export { marbleMatcher } from "./marbleMatcher.js";
export { opMarbles } from "./opMarbles.js";
export type { OpMarble, OpMarblesConfig } from "./opMarbles.js";
