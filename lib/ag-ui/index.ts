// The middleware
export { opControlMiddleware } from "./opControlMiddleware.js";
export type { OpControlMiddlewareOptions, RunControl } from "./opControlMiddleware.js";

// An agent with it, whose transport stops with the run
export { governAgent } from "./governAgent.js";

// How a run that was stopped says so
export type { RunStopCode } from "./runError.js";
