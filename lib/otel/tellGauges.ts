import type { Attributes, BatchObservableCallback, Meter } from "@opentelemetry/api";
import { Subscription } from "rxjs";
import type { ChannelState } from "../channel/ChannelStatus.js";
import { OpControlSubscriber } from "../OpControlSubscriber.js";
import type { OpCensus, OpCounts } from "../ops/OpCounts.js";

const CHANNEL_STATES: readonly ChannelState[] = ["connecting", "live", "reconnecting", "failed", "closed"];
const NOTHING: OpCensus = { tracked: { running: 0, paused: 0, terminated: 0 }, waiters: 0 };

/**
 * Tells what there is of a subscriber at each collection, until it is unsubscribed from.
 *
 * That lets go of the subscriber at once, and of the meter when it has been asked once more: OpenTelemetry's SDK goes on
 * to export the last value of a gauge that nobody tells any more, and that must not be that the channel is live.
 *
 * @internal
 */
export function tellGauges(control: OpControlSubscriber, meter: Meter, attributes: Attributes): Subscription {
  const waiters = meter.createObservableGauge("aa_op_control_waiters", {
    description: "Waits, gates and runs of ops that are paused.",
  });
  const tracked = meter.createObservableGauge("aa_op_control_tracked_ops", {
    description: "Ops that are tracked, by what they may do.",
  });
  const channel = meter.createObservableGauge("aa_op_control_channel_state", {
    description: "1 for the state that the channel is in, 0 for the others.",
  });
  const gauges = [waiters, tracked, channel];
  let counts: OpCounts | undefined = OpControlSubscriber.countsOf(control);
  let channelState: ChannelState | undefined;

  const observe: BatchObservableCallback = (result) => {
    const census = counts?.census() ?? NOTHING;
    result.observe(waiters, census.waiters, attributes);
    for (const [state, count] of Object.entries(census.tracked))
      result.observe(tracked, count, { ...attributes, state });
    for (const state of CHANNEL_STATES) {
      result.observe(channel, Number(state === channelState), { ...attributes, state });
    }
    if (!counts) queueMicrotask(stop);
  };
  const stop = (): void => {
    meter.removeBatchObservableCallback(observe, gauges);
  };

  meter.addBatchObservableCallback(observe, gauges);
  const subscription = new Subscription(() => {
    counts = undefined;
    if (channelState !== "closed") channelState = undefined;
  });
  const letGo = (): void => {
    subscription.unsubscribe();
  };
  subscription.add(
    control.connection$.subscribe({
      next: ({ state }) => {
        channelState = state;
      },
      error: letGo,
      complete: letGo,
    }),
  );
  return subscription;
}
