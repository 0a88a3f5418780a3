import { trace } from "@opentelemetry/api";
import { currentOpId as opIdSaid } from "../currentOpId.js";
import { opIdFromSpan } from "./opIdFromSpan.js";

/**
 * The op of the innermost {@link withOpId} around the caller, else that of the active OpenTelemetry span, else undefined.
 *
 * An op that was said counts for all spans within, whose ids the gateway need not know. Ask when a pipeline is
 * subscribed, which is what `defer` is for: a callback of RxJS runs in the context of whoever feeds it, where another
 * span is active or none (`keepContext` of `rx-op-control` is for those).
 *
 * @example
 * ```ts
 * import { trace } from "@opentelemetry/api";
 * import { defer, throwError } from "rxjs";
 * import { OpControlSubscriber } from "rx-op-control";
 * import { currentOpId } from "rx-op-control/otel";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * const allowed$ = defer(() => {
 *   const opId = currentOpId();
 *   return opId === undefined ? throwError(() => new Error("outside of any op")) : control.awaitOp(opId);
 * });
 * trace.getTracer("agent").startActiveSpan("a tool call", (span) => {
 *   allowed$.subscribe({ next: () => span.end(), error: (error) => console.error(error.message) });
 * });
 * ```
 */
export function currentOpId(): string | undefined {
  return opIdSaid() ?? opIdFromSpan(trace.getActiveSpan());
}
