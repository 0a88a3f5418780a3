/**
 * The op of the active span, and metrics; needs `@opentelemetry/api`.
 *
 * @module rx-op-control/otel
 */

// The op at hand
export { currentOpId } from "./currentOpId.js";
export { opIdFromSpan } from "./opIdFromSpan.js";
export { withOpId } from "../withOpId.js";

// Metrics
export { opControlMetrics } from "./opControlMetrics.js";
export type { OpControlMetrics, OpControlMetricsOptions } from "./opControlMetrics.js";
