// The gateway
export { DevGateway } from "./DevGateway.js";
export type { DevGatewayOptions, RawSignal } from "./DevGateway.js";
