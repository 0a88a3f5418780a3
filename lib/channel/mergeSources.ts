import {
  concatMap,
  connect,
  defer,
  dematerialize,
  filter,
  map,
  materialize,
  merge,
  mergeMap,
  type Observable,
  type ObservableInput,
  type ObservableNotification,
} from "rxjs";
import { check } from "../check.js";
import { listenedFor } from "../listenedFor.js";
import type { OpControlMessage } from "../opStatus.js";
import { MergedChannel } from "./MergedChannel.js";
import { SignalObservable } from "./SignalObservable.js";
import type { ChannelEvent, SignalSource } from "./SignalSource.js";
import { sourceOf } from "./sourceOf.js";

/** How far one source may lag behind another: what has come on that one is on this one within it. */
const LAG_MS = 1_000;

type Told = ObservableNotification<ChannelEvent>;

/**
 * Several sources of one agent's signals as one, such as a gateway's stream and the bus behind it: the channel is live if
 * any of them is, and an op is as severely restricted as the most severe of them says.
 *
 * PAUSE and TERMINATE act from any source, and what comes twice does no harm. A RESUME acts once no other source has said
 * PAUSE of that scope last; so an op that two have paused goes on when both have resumed it. Where one of them is lost or
 * over, the other's RESUME is enough, from a second after: what was sent before has come on both by then, if each brings
 * all signals. Where one is live and has still missed a RESUME, its op stays paused until that one says it too or is lost (or
 * `reconcile` finds out), however often the others say it.
 *
 * A source that has failed or was closed is told by `diagnostics$` and is waited for no more; when all are over the
 * channel is over, as failed if any has. One without a state of its own, such as a plain Observable, counts as live until
 * it ends: beside it no channel is ever stale.
 *
 * @example
 * ```ts
 * import { NEVER, startWith } from "rxjs";
 * import { gatewaySignals, mergeSources, OpControlSubscriber } from "rx-op-control";
 *
 * const gateway$ = gatewaySignals("127.0.0.1:50051", { agentId: "agent-7" });
 * const bus$ = NEVER.pipe(startWith({ opId: "trace:span", signal: "PAUSE", sequence: 0n } as const));
 * const control = OpControlSubscriber.from(mergeSources(gateway$, bus$));
 * console.log(control.isPaused("trace:span")); // true
 * control.close();
 * ```
 *
 * @param sources What `OpControlSubscriber.from` takes, each of them.
 * @throws TypeError where there is none, or one is no source.
 */
export function mergeSources(...sources: readonly ObservableInput<OpControlMessage>[]): SignalObservable {
  check(sources.length > 0, "sources", "at least one");
  const members = sources.map(sourceOf);
  return new SignalObservable(
    defer(() => {
      const channel = new MergedChannel(members.length);
      return merge(...members.map((source, index) => member(source, index, channel))).pipe(
        // Not before the last has been told in full: what comes of telling it is told after it.
        concatMap((told) => told),
        dematerialize(),
      );
    }),
  );
}

/** What is to be told because of what that source tells, or because it has been gone for so long. */
function member(source: SignalSource, index: number, channel: MergedChannel): Observable<Iterable<Told>> {
  return source.pipe(
    materialize(),
    connect((notification$) => {
      const taken$ = notification$.pipe(map((notification) => channel.take(index, notification)));
      const forgotten$ = notification$.pipe(
        filter(isLoss),
        map(() => channel.lose(index)),
        filter((epoch) => epoch !== undefined),
        mergeMap((epoch) => listenedFor(LAG_MS).pipe(map(() => channel.forget(index, epoch)))),
      );
      return merge(taken$, forgotten$);
    }),
  );
}

function isLoss(notification: Told): boolean {
  if (notification.kind !== "N") return true;
  const { value } = notification;
  return value.type === "status" && value.status.state !== "live";
}
