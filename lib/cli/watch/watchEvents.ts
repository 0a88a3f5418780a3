import {
  asyncScheduler,
  catchError,
  defer,
  EMPTY,
  filter,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  takeWhile,
} from "rxjs";
import type { OpControlSubscriber } from "../../OpControlSubscriber.js";
import { AGENT_ID_PREFIX, FLEET_ID, type OpStatus } from "../../opStatus.js";
import type { AgentIdentity } from "../../options.js";
import { ListedOps } from "./ListedOps.js";
import { isEnd, type Told, type WatchEvent } from "./WatchEvent.js";

/** How many ops are listed at most, besides those that were asked for. */
export const MAX_LISTED_OPS = 10_000;

/** Who is watched. */
export interface Watched {
  /** Only these ops; where there are none, every op that becomes known, and the fleet and the agent as a whole. */
  readonly opIds: readonly string[];
  readonly gateway: string;
  readonly agent: AgentIdentity;
}

/**
 * All that is told while ops are watched: first as whom, and the status of each that was asked for, then every change;
 * completes after the channel has failed or was closed.
 *
 * The status of an op is told before the signal that changed it, and every status is the effective one: when the fleet
 * is paused, so is each op that is listed.
 */
export function watchEvents(
  control: Pick<OpControlSubscriber, "connection$" | "diagnostics$" | "signals$" | "status" | "statuses$">,
  { opIds, gateway, agent }: Watched,
  limit = MAX_LISTED_OPS,
): Observable<WatchEvent> {
  const { orgId = "", teamId = "", agentId } = agent;
  return defer(() => {
    const listed = new ListedOps(control, limit);
    const asked = new Set(opIds.length > 0 ? opIds : [FLEET_ID, `${AGENT_ID_PREFIX}${agentId}`]);
    for (const opId of asked) listed.pin(opId);
    const ofInterest = <T extends { readonly opId: string }>() => {
      return filter<T>(({ opId }) => opIds.length === 0 || listed.has(opId));
    };
    const told = (status: OpStatus): Told[] => {
      const dropped = listed.touch(status);
      const gone: Told[] = dropped === undefined ? [] : [{ type: "unlisted", opId: dropped }];
      return [...gone, { type: "status", ...status }];
    };
    return merge(
      of<Told>({ type: "watching", gateway, orgId, teamId, agentId }),
      control.connection$.pipe(map((status): Told => ({ type: "channel", ...status }))),
      from(asked).pipe(mergeMap((opId) => told(control.status(opId).value))),
      control.statuses$.pipe(ofInterest(), mergeMap(told), endOfChannel()),
      control.signals$.pipe(
        ofInterest(),
        // A RESUME may be the first that is heard of an op, and changes nothing.
        mergeMap((signal): Told[] => [
          ...(listed.has(signal.opId) ? [] : told(control.status(signal.opId).value)),
          { type: "signal", ...signal },
        ]),
        endOfChannel(),
      ),
      control.diagnostics$.pipe(map((diagnostic): Told => ({ type: "diagnostic", ...diagnostic }))),
    ).pipe(
      takeWhile((event) => !isEnd(event), true),
      map((event) => ({ ...event, at: asyncScheduler.now() })),
      finalize(() => {
        listed[Symbol.dispose]();
      }),
    );
  });
}

/** The channel itself tells why it has failed, after everyone else. */
function endOfChannel<T>() {
  return catchError<T, Observable<never>>(() => EMPTY);
}
