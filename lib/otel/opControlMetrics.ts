import { type Attributes, type Meter, metrics } from "@opentelemetry/api";
import { check, checkObject, checkOptions } from "../check.js";
import { OpControlSubscriber } from "../OpControlSubscriber.js";
import { quietly } from "./quietly.js";
import { tellCounters } from "./tellCounters.js";
import { tellGauges } from "./tellGauges.js";

/** How the metrics of a subscriber are made. */
export interface OpControlMetricsOptions {
  /** What makes the instruments; that of the global MeterProvider by default, which has to be set before. */
  readonly meter?: Meter;
  /**
   * What is said of every value, and tells one subscriber's from another's in the same process: the agent, say. Of few
   * values: no op id.
   */
  readonly attributes?: Attributes;
}

/** The metrics of a subscriber, until they are let go of: `[Symbol.dispose]()`, which is what `using` calls. */
export interface OpControlMetrics extends Disposable {
  /** Counts the held values of the gates that it is given to as their option `onHeld`. */
  readonly onHeld: (change: number) => void;
}

/**
 * Tells OpenTelemetry how a subscriber is doing, by the names that the gateway's own runtime uses where it has one.
 *
 * | name                               | kind    | attribute | what it counts                                       |
 * | ---------------------------------- | ------- | --------- | ---------------------------------------------------- |
 * | `aa_op_control_signals_total`      | counter | `signal`  | well-formed signals                                  |
 * | `aa_op_control_reconnects_total`   | counter |           | channels lost, and attempts that came to nothing     |
 * | `aa_op_control_pauses_total`       | counter |           | waits, gates and runs that a pause has reached       |
 * | `aa_op_control_terminations_total` | counter |           | waits, gates and runs that a terminate has reached   |
 * | `aa_op_control_diagnostics_total`  | counter | `kind`    | what `diagnostics$` tells                            |
 * | `aa_op_control_held_values`        | sum     |           | values held by the gates that were given `onHeld`    |
 * | `aa_op_control_waiters`            | gauge   |           | waits, gates and runs of ops that are paused         |
 * | `aa_op_control_tracked_ops`        | gauge   | `state`   | ops that are tracked, by what they may do            |
 * | `aa_op_control_channel_state`      | gauge   | `state`   | 1 for the state that the channel is in, 0 for others |
 *
 * Counted is what comes after this call. A wait, gate or run is whatever is subscribed to an op's status: `awaitOp`,
 * `whenRunnable`, `runOp`, the operators, `abortSignal`, and each `status(opId)` of your own; `isPaused` and
 * `isTerminated` are not. When the subscriber is closed the metrics let go of it by themselves; the gauges are told
 * once more at the next collection, that nothing is tracked and the channel closed. What an instrument throws goes to
 * OpenTelemetry's `diag` and changes nothing.
 *
 * @example
 * ```ts
 * import { interval } from "rxjs";
 * import { holdWhilePaused, OpControlSubscriber } from "rx-op-control";
 * import { opControlMetrics } from "rx-op-control/otel";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", { agentId: "agent-7" });
 * const { onHeld } = opControlMetrics(control, { attributes: { agent: "agent-7" } });
 * interval(1_000)
 *   .pipe(holdWhilePaused(control.status("4bf92f35:00f067aa"), { onHeld }))
 *   .subscribe({ next: console.log, error: (error) => console.error(error.message) });
 * ```
 *
 * @throws TypeError naming the argument that is wrong.
 */
export function opControlMetrics(
  control: OpControlSubscriber,
  options: OpControlMetricsOptions = {},
): OpControlMetrics {
  check(control instanceof OpControlSubscriber, "control", "an OpControlSubscriber");
  const { meter, attributes } = resolveOptions(options);
  const heldValues = meter.createUpDownCounter("aa_op_control_held_values", {
    description: "Values held by the gates that were given onHeld.",
  });
  heldValues.add(0, attributes);
  const subscription = tellCounters(control, meter, attributes);
  subscription.add(tellGauges(control, meter, attributes));
  return {
    // Also after it was let go of: what was counted as held is to be counted as gone.
    onHeld: (change) => {
      quietly(() => {
        heldValues.add(change, attributes);
      });
    },
    [Symbol.dispose]: () => {
      subscription.unsubscribe();
    },
  };
}

function resolveOptions(options: OpControlMetricsOptions): Required<OpControlMetricsOptions> {
  checkOptions(options, ["meter", "attributes"]);
  const { meter = metrics.getMeter("rx-op-control"), attributes = {} } = options;
  const given = meter as Partial<Meter> | null;
  check(typeof given?.addBatchObservableCallback === "function", "meter", "a Meter of OpenTelemetry");
  checkObject("attributes", attributes);
  return { meter, attributes: { ...attributes } };
}
