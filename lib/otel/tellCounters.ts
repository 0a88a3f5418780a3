import type { Attributes, Meter } from "@opentelemetry/api";
import type { Subscription } from "rxjs";
import { OpControlSubscriber } from "../OpControlSubscriber.js";
import type { OpControlSignal } from "../opStatus.js";
import { quietly } from "./quietly.js";

const SIGNALS: readonly OpControlSignal[] = ["PAUSE", "RESUME", "TERMINATE"];

/**
 * Counts what a subscriber's streams tell, until it is unsubscribed from.
 *
 * Synchronous counters, for the last that comes before an end counts as well: what an observable one would have seen
 * after the last collection is lost.
 *
 * @internal
 */
export function tellCounters(control: OpControlSubscriber, meter: Meter, attributes: Attributes): Subscription {
  const signals = meter.createCounter("aa_op_control_signals_total", { description: "Well-formed signals." });
  const reconnects = meter.createCounter("aa_op_control_reconnects_total", {
    description: "Channels lost, and attempts that came to nothing.",
  });
  const pauses = meter.createCounter("aa_op_control_pauses_total", {
    description: "Waits, gates and runs that a pause has reached.",
  });
  const terminations = meter.createCounter("aa_op_control_terminations_total", {
    description: "Waits, gates and runs that a terminate has reached.",
  });
  const diagnostics = meter.createCounter("aa_op_control_diagnostics_total", {
    description: "What the subscriber found worth knowing, by kind.",
  });
  // A series that begins at its first increment hides that one from whoever looks at increases.
  for (const signal of SIGNALS) signals.add(0, { ...attributes, signal });
  for (const counter of [reconnects, pauses, terminations]) counter.add(0, attributes);

  const { reached$ } = OpControlSubscriber.countsOf(control);
  const subscription = control.diagnostics$.subscribe({
    next: ({ kind }) => {
      quietly(() => {
        diagnostics.add(1, { ...attributes, kind });
        if (kind === "reconnect") reconnects.add(1, attributes);
      });
    },
    error: ignore,
  });
  subscription.add(
    control.signals$.subscribe({
      next: ({ signal }) => {
        quietly(() => {
          signals.add(1, { ...attributes, signal });
        });
      },
      error: ignore,
    }),
  );
  subscription.add(
    reached$.subscribe({
      next: ({ state, subscribers }) => {
        quietly(() => {
          (state === "paused" ? pauses : terminations).add(subscribers, attributes);
        });
      },
      error: ignore,
    }),
  );
  return subscription;
}

/** That the channel has failed is for the gauges to tell. */
function ignore(): void {
  // Nothing to count.
}
