import type { BaseEvent, MiddlewareFunction, RunAgentInput } from "@ag-ui/client";
import { catchError, defer, merge, NEVER, type Observable, of, switchMap, take, throwError, throwIfEmpty } from "rxjs";
import { check, checkMethods, checkOptions, checkReturnedId } from "../check.js";
import { AssemblyError, OpControlUnavailableError } from "../errors.js";
import type { OpControlSubscriber } from "../OpControlSubscriber.js";
import { checkLimit } from "../operators/HoldOptions.js";
import { holdWhilePaused } from "../operators/holdWhilePaused.js";
import { runError } from "./runError.js";

/** What of an `OpControlSubscriber` the middleware needs. */
export type RunControl = Pick<OpControlSubscriber, "awaitOp" | "status">;

/** How the runs of an agent are governed. */
export interface OpControlMiddlewareOptions {
  /**
   * How many events of a run may be held while it is paused; 65,536 by default, for a text arrives as an event per token.
   * None may be dropped, since each is a step of a protocol: one more ends the run.
   */
  readonly limit?: number;
}

const defaults = { limit: 65_536 } as const;

/**
 * Governs the runs of an AG-UI agent: one that is paused is held, one that is terminated ends with RUN_ERROR.
 *
 * A run is not started before its op may run. Its events wait during a pause, in order, the last of them, RUN_FINISHED,
 * included. Where the run may not go on, what is held is dropped, the agent's Observable unsubscribed, and the stream
 * ends with one RUN_ERROR and never with RUN_FINISHED; its `code` is
 *
 * - `"OP_TERMINATED"` when the op is terminated;
 * - `"OP_CONTROL_UNAVAILABLE"` when the channel has failed, or the subscriber was closed while the run waited or events
 *   were held, for nobody can say then whether it may go on;
 * - `"OP_HOLD_OVERFLOW"` when more than `limit` events had to be held.
 *
 * What the agent itself errors with passes as it is, also where that is an error of a gate of its own, and so does what
 * `opIdOf` throws; where that returns no string, the stream errors with a TypeError.
 *
 * An agent that is fetched over HTTP goes on behind an Observable that nobody is subscribed to: {@link governAgent} has
 * it aborted as well. AG-UI takes the first middleware for the outermost; what a later one adds is governed too. Its
 * `connectAgent` knows no middleware, and is **not governed**.
 *
 * @example
 * ```ts
 * import { HttpAgent } from "@ag-ui/client";
 * import { OpControlSubscriber } from "rx-op-control";
 * import { opControlMiddleware } from "rx-op-control/ag-ui";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * await control.ready();
 * const agent = new HttpAgent({ url: "http://127.0.0.1:8000/agent" });
 * agent.use(opControlMiddleware(control, ({ threadId, runId }) => `${threadId}:${runId}`));
 * ```
 *
 * @param control Who knows the ops.
 * @param opIdOf Which op a run is. AG-UI has ids of its own and knows no op's; where the gateway is told of ops by trace
 *   and span, have them sent in `input.forwardedProps`.
 * @throws TypeError naming the argument that is wrong.
 */
export function opControlMiddleware(
  control: RunControl,
  opIdOf: (input: RunAgentInput) => string,
  options: OpControlMiddlewareOptions = {},
): MiddlewareFunction {
  return governRuns(control, opIdOf, options, {});
}

/**
 * Who goes along with runs, and is told of each in the same tick.
 *
 * @internal
 */
export interface RunCompanion {
  /** Errors when whoever asked for the run has given it up; heeded for as long as the run waits for its op. */
  readonly givenUp?: (input: RunAgentInput) => Observable<never>;
  readonly onStart?: (input: RunAgentInput) => void;
  /** The run may not go on, and is unsubscribed from. */
  readonly onStop?: (input: RunAgentInput) => void;
}

/**
 * The middleware, with a companion.
 *
 * @internal
 */
export function governRuns(
  control: RunControl,
  opIdOf: (input: RunAgentInput) => string,
  options: OpControlMiddlewareOptions,
  { givenUp = () => NEVER, onStart, onStop }: RunCompanion,
): MiddlewareFunction {
  checkMethods("control", control, ["awaitOp", "status"], "an OpControlSubscriber");
  check(typeof opIdOf === "function", "opIdOf", "a function");
  const limit = resolveLimit(options);
  const governed: Governed = (input, next) =>
    defer(() => {
      const opId = opIdOf(input);
      checkReturnedId("opIdOf", opId);
      const run$ = defer(() => {
        onStart?.(input);
        return next.run(input);
      });
      return merge(givenUp(input), control.awaitOp(opId).pipe(throwIfEmpty(closedError))).pipe(
        take(1),
        switchMap(() => run$.pipe(catchError((error: unknown) => throwError(() => new AgentFault(error))))),
        holdWhilePaused(control.status(opId), { limit }),
      );
    }).pipe(
      catchError((error: unknown) => {
        if (error instanceof AgentFault) return throwError(() => error.cause as Error);
        if (!(error instanceof AssemblyError)) return throwError(() => error as Error);
        onStop?.(input);
        return of(runError(error));
      }),
    );
  // AG-UI brings a copy of RxJS of its own. The two understand each other, but to the compiler they are strangers.
  return governed as unknown as MiddlewareFunction;
}

/** What the agent itself errors with may be an error of ours, from a gate of its own, and is no word on this run. */
class AgentFault extends Error {
  constructor(override readonly cause: unknown) {
    super();
  }
}

/** The same function, in our own RxJS's types. */
type Governed = (input: RunAgentInput, next: Runnable) => Observable<BaseEvent>;

interface Runnable {
  run(input: RunAgentInput): Observable<BaseEvent>;
}

function closedError(): OpControlUnavailableError {
  return new OpControlUnavailableError("the subscriber was closed: nobody can say whether the run may start");
}

function resolveLimit(options: OpControlMiddlewareOptions): number {
  checkOptions(options, Object.keys(defaults));
  const { limit = defaults.limit } = options;
  checkLimit("limit", limit);
  return limit;
}
