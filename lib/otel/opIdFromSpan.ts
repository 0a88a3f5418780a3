import { isValidSpanId, isValidTraceId, type Span, type SpanContext } from "@opentelemetry/api";
import { check } from "../check.js";

/**
 * The op that a span is, `"{trace_id}:{span_id}"`, as the gateway names it; undefined where there is no valid trace.
 *
 * A span id that is empty or invalid is left out, and the colon stays: `"{trace_id}:"`.
 *
 * @example
 * ```ts
 * import { trace } from "@opentelemetry/api";
 * import { opIdFromSpan } from "rx-op-control/otel";
 *
 * trace.getTracer("agent").startActiveSpan("a tool call", (span) => {
 *   console.log(opIdFromSpan(span)); // 4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7
 *   span.end();
 * });
 * ```
 *
 * @param span The span or its context, or undefined, which is what `trace.getActiveSpan()` gives where there is none.
 */
export function opIdFromSpan(span: Span | SpanContext | undefined): string | undefined {
  if (span === undefined) return undefined;
  check(typeof span === "object" && (span as unknown) !== null, "span", "a Span or a SpanContext");
  const { traceId, spanId } = "spanContext" in span ? span.spanContext() : span;
  return isValidTraceId(traceId) ? `${traceId}:${isValidSpanId(spanId) ? spanId : ""}` : undefined;
}
