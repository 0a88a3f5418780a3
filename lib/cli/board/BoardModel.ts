import { Subscription } from "rxjs";
import type { ChannelStatus } from "../../channel/ChannelStatus.js";
import type { Diagnostic } from "../../Diagnostic.js";
import type { OpControlSubscriber } from "../../OpControlSubscriber.js";
import {
  AGENT_ID_PREFIX,
  FLEET_ID,
  type OpControlMessage,
  type OpStatus,
  reduceVerdict,
  type SignalScope,
  scopeOfId,
  type Verdict,
} from "../../opStatus.js";
import type { OpRecord } from "../../rest/OpRecord.js";
import { rethrow } from "../rethrow.js";
import { type About, type ApiView, type Changes, ScopeKey, type Snapshot } from "./BoardEvent.js";
import { ChannelHistory } from "./ChannelHistory.js";
import { displayName } from "./displayName.js";
import { Lane, type LaneVerdict } from "./Lane.js";
import { LaneBook } from "./LaneBook.js";
import { listingOf, verdictOf } from "./listing.js";
import { Unsent } from "./Unsent.js";

/** What the board is fed by. */
export type BoardSource = Pick<OpControlSubscriber, "signals$" | "connection$" | "diagnostics$" | "status">;

/** How a board is set up. */
export interface BoardModelOptions {
  readonly about: Omit<About, "maxLanes" | "maxMarbles">;
  readonly maxLanes?: number;
  readonly now?: () => number;
}

const MAX_LANES = 5_000;

/** On one lane; where there are many lanes they share so many that a page can take them all. */
const MAX_MARBLES = 200;
const SHARED_MARBLES = 100_000;
const LEAST_MARBLES = 20;

/**
 * What is on the board: a lane for what each op was told itself, and one each for the agent, the fleet and the channel.
 *
 * The lanes of the ops leave the wider scopes out, and a page lays these over them (`effectiveSegments`): a pause of the
 * fleet is one change, however many ops there are, and nobody has to watch them all for it. What an op was told is
 * read from its status after each signal, so that the board says what the library does.
 */
export class BoardModel {
  readonly #source: BoardSource;
  readonly #about: About;
  readonly #clock: () => number;
  readonly #lanes: LaneBook;
  readonly #scopes: Record<"fleet" | "agent" | "channel", Lane>;
  readonly #channel: ChannelHistory;
  readonly #unsent = new Unsent();
  readonly #subscription = new Subscription();
  readonly #said = new Map<string, string>();
  #api: ApiView = { known: false };
  #warnings: readonly string[] = [];
  #dropped = 0;
  #now = 0;

  constructor(source: BoardSource, { about, maxLanes = MAX_LANES, now = Date.now }: BoardModelOptions) {
    this.#source = source;
    this.#about = {
      gateway: displayName(about.gateway),
      orgId: displayName(about.orgId),
      teamId: displayName(about.teamId),
      agentId: displayName(about.agentId),
      maxLanes,
      maxMarbles: MAX_MARBLES,
    };
    this.#clock = now;
    this.#lanes = new LaneBook(maxLanes);
    const at = this.#tick();
    this.#channel = new ChannelHistory(at);
    this.#scopes = {
      fleet: new Lane(ScopeKey.fleet, FLEET_ID, runningBy("fleet"), at),
      agent: new Lane(ScopeKey.agent, AGENT_ID_PREFIX + about.agentId, runningBy("agent"), at),
      channel: new Lane(ScopeKey.channel, "", runningBy("channel"), at),
    };
    this.#listen();
  }

  snapshot(): Snapshot {
    const scopes = Object.values(this.#scopes);
    return {
      now: this.#tick(),
      about: this.#about,
      api: this.#api,
      channel: this.#channel.view,
      lanes: [...scopes, ...this.#lanes.values()].map((lane) => lane.view()),
      dropped: this.#dropped,
      warnings: this.#warnings,
    };
  }

  /** What has changed since this was called last, if anything has. */
  takeChanges(): Changes | undefined {
    return this.#unsent.take(this.#tick());
  }

  tellApi(api: ApiView): void {
    const { known, url, problem } = this.#api;
    if (api.known === known && api.url === url && api.problem === problem) return;
    this.#api = api;
    this.#unsent.tell({ api });
  }

  /** Takes over which ops are registered. Those that have ended since keep their lanes. */
  list(records: readonly OpRecord[]): void {
    const at = this.#tick();
    const byId = new Map(records.map((record) => [record.op_id, record]));
    for (const lane of this.#lanes.values()) {
      const record = byId.get(lane.opId);
      byId.delete(lane.opId);
      this.#updateListed(lane, record, at);
    }
    let withoutLane = 0;
    for (const record of byId.values()) {
      if (this.#lanes.hasRoomFor(record)) this.#updateListed(this.#open(record.op_id, at), record, at);
      else withoutLane++;
    }
    this.#warn(
      "listed",
      withoutLane > 0 && `${withoutLane} more ops are listed than the ${this.#about.maxLanes} lanes there are`,
    );
  }

  /** Listens to nothing any more; what is there stays. */
  close(): void {
    this.#subscription.unsubscribe();
  }

  #listen(): void {
    const { signals$, connection$, diagnostics$ } = this.#source;
    const fleet$ = this.#source.status(FLEET_ID);
    const hear = (message: OpControlMessage): void => {
      this.#hear(message);
    };
    const hold = ({ scope }: OpStatus): void => {
      this.#hold(scope === "channel");
    };
    const tellChannel = (status: ChannelStatus): void => {
      this.#channel.tell(status, this.#tick());
      this.#unsent.tell({ channel: this.#channel.view });
    };
    const diagnose = (diagnostic: Diagnostic): void => {
      if (diagnostic.kind !== "saturated") return;
      this.#warn("saturated", `more than ${diagnostic.maxTrackedOps} ops are held: any other counts as paused`);
    };
    // That the channel has failed is told by connection$, which never errors.
    const error = (): void => undefined;
    this.#subscription.add(signals$.subscribe({ next: hear, error }));
    this.#subscription.add(fleet$.subscribe({ next: hold, error }));
    this.#subscription.add(connection$.subscribe({ next: tellChannel, error: rethrow }));
    this.#subscription.add(diagnostics$.subscribe({ next: diagnose, error: rethrow }));
  }

  #hear(message: OpControlMessage): void {
    const at = this.#tick();
    const scope = scopeOfId(message.opId);
    const lane = scope === "op" ? (this.#lanes.get(message.opId) ?? this.#open(message.opId, at)) : this.#scopes[scope];
    lane.heard = true;
    lane.say(this.#verdictAfter(message, scope, lane.verdict), at);
    lane.mark(message, at, this.#maxMarbles());
    if (scope === "op") this.#lanes.touched(lane);
    this.#unsent.changed(lane);
  }

  /** What the scope itself says now; where a wider one decides, its own word is not told, and has to be worked out. */
  #verdictAfter(message: OpControlMessage, scope: SignalScope, before: LaneVerdict): LaneVerdict {
    const status = this.#source.status(message.opId).value;
    // Of an op that runs nothing is kept, and so no sequence.
    if (status.scope === scope) return { state: status.state, scope, sequence: message.sequence };
    return reduceVerdict(before.scope === "registry" ? runningBy(scope) : (before as Verdict), scope, message);
  }

  #open(opId: string, at: number): Lane {
    const status = this.#source.status(opId).value;
    // It may have had a lane before, and been told something.
    const isKnown = status.scope === "op" && status.state !== "running";
    const { lane, dropped } = this.#lanes.open(opId, isKnown ? status : runningBy("op"), at);
    lane.heard = isKnown;
    this.#unsent.added(lane);
    if (dropped) {
      this.#unsent.removed(dropped);
      this.#unsent.tell({ dropped: ++this.#dropped });
    }
    return lane;
  }

  #updateListed(lane: Lane, record: OpRecord | undefined, at: number): void {
    const listing = listingOf(lane, record, this.#source.status(lane.opId).value.state);
    const isNews = listing !== lane.listing;
    if (isNews && listing) lane.list(listing);
    const isSaid = record !== undefined && !lane.heard && lane.say(verdictOf(record), at);
    if (!isNews && !isSaid) return;
    this.#lanes.touched(lane);
    this.#unsent.changed(lane);
  }

  #hold(isHeld: boolean): void {
    const lane = this.#scopes.channel;
    const verdict: LaneVerdict = { state: isHeld ? "paused" : "running", scope: "channel", sequence: 0n };
    if (lane.say(verdict, this.#tick())) this.#unsent.changed(lane);
  }

  #warn(about: string, warning: string | false): void {
    if ((this.#said.get(about) ?? false) === warning) return;
    if (warning === false) this.#said.delete(about);
    else this.#said.set(about, warning);
    this.#warnings = [...this.#said.values()];
    this.#unsent.tell({ warnings: this.#warnings });
  }

  #maxMarbles(): number {
    const share = Math.floor(SHARED_MARBLES / Math.max(this.#lanes.size, 1));
    return Math.min(MAX_MARBLES, Math.max(LEAST_MARBLES, share));
  }

  /** Time never goes back on a lane, though a clock may. */
  #tick(): number {
    this.#now = Math.max(this.#now, this.#clock());
    return this.#now;
  }
}

function runningBy(scope: SignalScope | "channel"): Verdict {
  return { state: "running", scope, sequence: 0n };
}
