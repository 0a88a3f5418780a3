import { filter, map, merge, mergeMap, type Observable, pairwise, startWith } from "rxjs";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { AgentIdentity } from "../../options.js";
import type { DevGateway } from "../../testing/DevGateway.js";
import type { GatewayEvent } from "./GatewayEvent.js";

/** What happens at a gateway: who comes and goes, what the operator does, and what is sent. */
export function gatewayEvents({
  subscribers$,
  ops,
  sent$,
  bus$,
  diagnostics$,
}: Pick<DevGateway, "subscribers$" | "sent$" | "bus$" | "diagnostics$"> & {
  readonly ops: Pick<DevGateway["ops"], "events$">;
}): Observable<GatewayEvent> {
  return merge(
    subscribers$.pipe(
      startWith<readonly AgentIdentity[]>([]),
      pairwise(),
      mergeMap(([before, now]) => [...changes("subscribed", before, now), ...changes("left", now, before)]),
    ),
    ops.events$,
    sent$.pipe(map((sent): GatewayEvent => ({ type: "sent", sent }))),
    bus$.pipe(
      filter(isNews),
      map((status): GatewayEvent => ({ type: "bus", status })),
    ),
    diagnostics$.pipe(
      filter((diagnostic) => diagnostic.kind === "refusedEnvelope"),
      map((refused): GatewayEvent => ({ type: "refused", refused })),
    ),
  );
}

/** That an attempt has begun is of no interest, what comes of it is; nor that we close it. */
function isNews({ state, retryInMs }: ChannelStatus): boolean {
  return state === "reconnecting" ? retryInMs !== undefined : state !== "closed";
}

/** Each stream has its agent as an object of its own, so that of two alike it is told which one has gone. */
function changes(
  type: "subscribed" | "left",
  before: readonly AgentIdentity[],
  now: readonly AgentIdentity[],
): readonly GatewayEvent[] {
  const old = new Set(before);
  return now.filter((agent) => !old.has(agent)).map((agent) => ({ type, agent }));
}
