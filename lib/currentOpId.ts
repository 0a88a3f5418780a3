import { opContext } from "./opContext.js";

/**
 * The op of the innermost {@link withOpId} around the caller, undefined outside of any.
 *
 * `rx-op-control/otel` has one of the same name that knows the active OpenTelemetry span as well. Ask when a pipeline is
 * subscribed, which is what `defer` is for: a callback of RxJS runs in the context of whoever feeds it, which knows
 * another op or none ({@link keepContext} is for those). What may run outside of any op is for the application to say.
 *
 * @example
 * ```ts
 * import { defer, throwError } from "rxjs";
 * import { currentOpId, OpControlSubscriber, withOpId } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * const allowed$ = defer(() => {
 *   const opId = currentOpId();
 *   return opId === undefined ? throwError(() => new Error("outside of any op")) : control.awaitOp(opId);
 * });
 * withOpId("4bf92f35:00f067aa", () => {
 *   allowed$.subscribe({ next: () => console.log("may run"), error: (error) => console.error(error.message) });
 * });
 * ```
 */
export function currentOpId(): string | undefined {
  return opContext.getStore();
}
