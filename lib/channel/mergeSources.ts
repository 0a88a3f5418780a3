import { defer, dematerialize, map, materialize, merge, mergeMap, type ObservableInput } from "rxjs";
import { check } from "../check.js";
import type { OpControlMessage } from "../opStatus.js";
import { MergedChannel } from "./MergedChannel.js";
import { SignalObservable } from "./SignalObservable.js";
import { sourceOf } from "./sourceOf.js";

/**
 * Several sources of one agent's signals as one, such as a gateway's stream and the bus behind it: the channel is live if
 * any of them is, and an op is as severely restricted as the most severe of them says.
 *
 * PAUSE and TERMINATE act from any source, and what comes twice does no harm. A RESUME acts once no other source has said
 * PAUSE of that scope last; so an op that both have paused goes on when both have resumed it, and where one of them has
 * missed its RESUME it stays paused until that is sent again (or `reconcile` finds out). A source that has failed or was
 * closed is told by `diagnostics$` and is waited for no more; when all are over the channel is over, as failed if any has.
 *
 * @example
 * ```ts
 * import { of } from "rxjs";
 * import { gatewaySignals, mergeSources, OpControlSubscriber } from "rx-op-control";
 *
 * const gateway$ = gatewaySignals("127.0.0.1:50051", { agentId: "agent-7" });
 * const bus$ = of({ opId: "trace:span", signal: "PAUSE", sequence: 0n } as const);
 * const control = OpControlSubscriber.from(mergeSources(gateway$, bus$));
 * console.log(control.isPaused("trace:span")); // true
 * control.close();
 * ```
 *
 * @throws TypeError where no source is given.
 */
export function mergeSources(...sources: readonly ObservableInput<OpControlMessage>[]): SignalObservable {
  check(sources.length > 0, "sources", "at least one");
  return new SignalObservable(
    defer(() => {
      const channel = new MergedChannel(sources.length);
      const told$ = sources.map((source, index) =>
        sourceOf(source).pipe(
          materialize(),
          map((notification) => channel.take(index, notification)),
        ),
      );
      return merge(...told$).pipe(
        mergeMap((notifications) => notifications),
        dematerialize(),
      );
    }),
  );
}
