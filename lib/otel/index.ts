// The op at hand
export { currentOpId } from "./currentOpId.js";
export { opIdFromSpan } from "./opIdFromSpan.js";
export { withOpId } from "../withOpId.js";

// Metrics
export { opControlMetrics } from "./opControlMetrics.js";
export type { OpControlMetrics, OpControlMetricsOptions } from "./opControlMetrics.js";
