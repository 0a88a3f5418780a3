import type { GroupedObservable, Observable, Subscriber } from "rxjs";
import type { Diagnostic } from "../Diagnostic.js";
import {
  FLEET_ID,
  isSameStatus,
  mostSevere,
  type OpControlMessage,
  type OpState,
  type OpStatus,
  reduceVerdict,
  type SignalScope,
  scopeOfId,
  type Verdict,
} from "../opStatus.js";
import { LatestStatus } from "./Latest.js";
import { Multicast } from "./Multicast.js";
import type { OpCensus, OpCounts, Reach } from "./OpCounts.js";
import { OpGroups } from "./OpGroups.js";
import { OpMemory } from "./OpMemory.js";
import { StatusObservable } from "./StatusObservable.js";

/** An op that somebody watches: what it was told itself, and its status as the watchers know it. */
interface WatchedOp {
  readonly opId: string;
  readonly scope: SignalScope;
  own: Verdict;
  readonly latest: LatestStatus;
}

const NONE: readonly never[] = [];
const LIVE_CHANNEL: Verdict = { state: "running", scope: "channel", sequence: 0n };
const STALE_CHANNEL: Verdict = { state: "paused", scope: "channel", sequence: 0n };

/** A status that is to be told: to those who watch the op, where somebody does, and on `statuses$`. */
interface Change {
  readonly status: OpStatus;
  readonly latest: LatestStatus | undefined;
  readonly watchers: readonly Subscriber<OpStatus>[];
  /** Whether the state is another one: that it is another's signal that pauses the op reaches nobody anew. */
  readonly isOtherState: boolean;
}

/**
 * Every op's status: the signals partitioned by op id, the latest status kept per op, and the agent's and the fleet's
 * state laid over all of them.
 *
 * The obvious composition is `signals$.pipe(groupBy(opId))` with `scan` and a BehaviorSubject per group, combined with
 * the two wider scopes by `combineLatest` per waiter. It was left for four reasons, measured: a group does not exist
 * before its op's first signal, and one that ends and comes back has forgotten a TERMINATE; closing one of n open
 * groups costs O(n) (300,000 took minutes); each op costs 2 kB for good; and 100,000 waiters took 20 s to release.
 * Here an op that runs and that nobody watches has no entry, and a wider scope's change is pushed down to the watched.
 *
 * A change is applied as a whole before anyone is told of it, so that a status read or subscribed to inside somebody's
 * callback is the one everyone is being told. The caller sees to it that `apply` is not re-entered.
 *
 * @internal
 */
export class OpTable implements OpCounts {
  readonly #onThrow: (thrown: unknown) => void;
  readonly #memory: OpMemory;
  readonly #watched = new Map<string, WatchedOp>();
  readonly #statuses: Multicast<OpStatus>;
  readonly #groups: OpGroups;
  readonly #reached: Multicast<Reach>;
  readonly #scopes: Record<"agent" | "fleet", Verdict> = {
    agent: { state: "running", scope: "agent", sequence: 0n },
    fleet: { state: "running", scope: "fleet", sequence: 0n },
  };
  /** What the channel itself has to say of every op, the fleet's reserved id included. */
  #channel: Verdict = LIVE_CHANNEL;
  #widest: Verdict = this.#scopes.agent;
  #agentId: string | undefined;
  #end: ((late: LatestStatus) => void) | undefined;

  constructor(maxTrackedOps: number, report: (diagnostic: Diagnostic) => void, onThrow: (thrown: unknown) => void) {
    this.#onThrow = onThrow;
    this.#memory = new OpMemory(maxTrackedOps, report);
    this.#statuses = new Multicast(onThrow);
    this.#groups = new OpGroups(this, onThrow);
    this.#reached = new Multicast(onThrow);
  }

  /** Every change of every op: a wider scope's as a status of its reserved id, then the watched ops it changed. */
  get statuses$(): Observable<OpStatus> {
    return this.#statuses.asObservable();
  }

  get ops$(): Observable<GroupedObservable<string, OpStatus>> {
    return this.#groups.asObservable();
  }

  get reached$(): Observable<Reach> {
    return this.#reached.asObservable();
  }

  statusOf(opId: string): OpStatus {
    const watched = this.#watched.get(opId);
    if (watched) return watched.latest.value;
    return this.#effective(opId, this.#ownOf(opId, scopeOfId(opId)));
  }

  /** What the op was told itself, whatever wider scopes say. */
  ownStateOf(opId: string): OpState {
    return this.#ownOf(opId, scopeOfId(opId)).state;
  }

  /** The op's status now and every change of it. */
  watch(opId: string): StatusObservable {
    return new StatusObservable(
      () => this.statusOf(opId),
      (subscriber) => {
        if (this.#end) {
          const last = new LatestStatus(this.statusOf(opId), this.#onThrow);
          this.#end(last);
          last.add(subscriber);
          return;
        }
        const op = this.#watched.get(opId) ?? this.#startWatching(opId);
        const { state } = op.latest.value;
        op.latest.add(subscriber, () => {
          this.#stopWatching(op);
        });
        this.#groups.sync(opId);
        this.#tellReach(state, 1);
      },
    );
  }

  apply(message: OpControlMessage): void {
    const scope = scopeOfId(message.opId);
    if (scope === "op") this.#applyToOp(message);
    else this.#applyToScope(scope, message);
  }

  /** Pauses every op for as long as nobody can tell whether it may run, or lifts that again. */
  holdAll(isHeld: boolean): void {
    const verdict = isHeld ? STALE_CHANNEL : LIVE_CHANNEL;
    if (verdict === this.#channel) return;
    this.#channel = verdict;
    const changes: Change[] = [];
    this.#addChangesOfWatched(changes);
    this.#tell(changes, this.#groups.openIds());
  }

  /** Ends every stream with the error; a terminated op's last status still comes first. */
  fail(error: unknown): void {
    this.#endWith(
      (stream) => stream.prepareError(error),
      () => this.#groups.prepareError(error),
    );
  }

  /** Completes every stream. */
  complete(): void {
    this.#endWith(
      (stream) => stream.prepareComplete(),
      () => this.#groups.prepareComplete(),
    );
  }

  /** Whether anything is remembered of the op: that it is watched, or was told to pause or terminate. */
  isTracked(opId: string): boolean {
    if (this.#watched.has(opId)) return true;
    const scope = scopeOfId(opId);
    return scope === "op" ? this.#memory.has(opId) : this.#scopes[scope].state !== "running";
  }

  census(): OpCensus {
    const tracked = { running: 0, paused: 0, terminated: 0 };
    let waiters = 0;
    const { paused, terminated } = this.#memory.counts;
    tracked[this.#widest.state === "terminated" ? "terminated" : "paused"] += paused;
    tracked.terminated += terminated;
    for (const { scope, latest } of this.#watched.values()) {
      const { state } = latest.value;
      if (scope === "op") tracked[state]++;
      if (state === "paused") waiters += latest.size;
    }
    return { tracked, waiters };
  }

  trackedIds(): Iterable<string> {
    const reserved = this.#agentId === undefined ? [FLEET_ID] : [FLEET_ID, this.#agentId];
    return new Set([...reserved.filter((id) => this.isTracked(id)), ...this.#memory.opIds(), ...this.#watched.keys()]);
  }

  #startWatching(opId: string): WatchedOp {
    const scope = scopeOfId(opId);
    const own = this.#ownOf(opId, scope);
    this.#memory.delete(opId);
    const latest = new LatestStatus(this.#effective(opId, own), this.#onThrow);
    const op: WatchedOp = { opId, scope, own, latest };
    this.#watched.set(opId, op);
    return op;
  }

  #stopWatching(op: WatchedOp): void {
    if (op.latest.observed) return;
    this.#watched.delete(op.opId);
    const forgotten = op.scope === "op" ? this.#memory.set(op.opId, op.own) : [];
    if (this.#groups.wanted) this.#groups.prepare([op.opId, ...forgotten])();
  }

  #applyToOp(message: OpControlMessage): void {
    const { opId } = message;
    const op = this.#watched.size > 0 ? this.#watched.get(opId) : undefined;
    const before = op ? op.own : this.#memory.get(opId);
    const own = reduceVerdict(before, "op", message);
    if (own === before) return;
    const verdictBefore = op ? op.latest.value : this.#verdictOn(opId, before);
    let kept = own;
    let forgotten: readonly string[] = NONE;
    if (op) {
      op.own = own;
    } else {
      forgotten = this.#memory.set(opId, own);
      // What is told is what is kept of it, and of an op that runs that may be nothing.
      if (own.state === "running") kept = this.#memory.get(opId);
    }
    const verdict = this.#verdictOn(opId, kept);
    const status = isSameStatus(verdictBefore, verdict) ? undefined : statusFrom(opId, verdict);
    if (op || this.#groups.wanted) {
      this.#tell(status ? [change(status, op)] : NONE, [opId, ...forgotten]);
    } else if (status) {
      // Most ops are watched by nobody, and then there is nobody to tell before the onlookers.
      this.#statuses.next(status);
    }
  }

  #applyToScope(scope: "agent" | "fleet", message: OpControlMessage): void {
    const { opId } = message;
    const verdict = reduceVerdict(this.#scopes[scope], scope, message);
    if (verdict === this.#scopes[scope]) return;
    const statusBefore = this.statusOf(opId);
    this.#scopes[scope] = verdict;
    this.#widest = mostSevere(this.#scopes.agent, this.#scopes.fleet);
    if (scope === "agent") this.#agentId = opId;

    const changes: Change[] = [];
    const status = this.#effective(opId, verdict);
    if (!isSameStatus(statusBefore, status)) changes.push(change(status, this.#watched.get(opId)));
    this.#addChangesOfWatched(changes);
    this.#tell(changes, [opId, ...this.#groups.openIds()]);
  }

  /** What a wider verdict has changed for those that are watched: taken over, and yet to be told. */
  #addChangesOfWatched(changes: Change[]): void {
    for (const op of this.#watched.values()) {
      const verdict = this.#verdictOn(op.opId, op.scope === "op" ? op.own : this.#scopes[op.scope]);
      if (!isSameStatus(op.latest.value, verdict)) changes.push(change(statusFrom(op.opId, verdict), op));
    }
  }

  /** Tells of changes that have been applied; those who gate work come before those who look on. */
  #tell(changes: readonly Change[], regrouped: Iterable<string>): void {
    const onlookers = this.#statuses.subscribers();
    const tellGroups = this.#groups.prepare(regrouped);
    for (const { status, latest, watchers } of changes) latest?.tell(status, watchers);
    if (onlookers.length > 0) for (const { status } of changes) this.#statuses.next(status, onlookers);
    tellGroups();
    for (const { status, watchers, isOtherState } of changes) {
      if (isOtherState) this.#tellReach(status.state, watchers.length);
    }
  }

  #tellReach(state: OpState, subscribers: number): void {
    if (state === "running" || subscribers === 0 || !this.#reached.observed) return;
    this.#reached.next({ state, subscribers });
  }

  #effective(opId: string, own: Verdict): OpStatus {
    return statusFrom(opId, this.#verdictOn(opId, own));
  }

  #verdictOn(opId: string, own: Verdict): Verdict {
    const told = opId === FLEET_ID ? own : mostSevere(own, this.#widest);
    return mostSevere(told, this.#channel);
  }

  #ownOf(opId: string, scope: SignalScope): Verdict {
    if (scope !== "op") return this.#scopes[scope];
    return this.#watched.get(opId)?.own ?? this.#memory.get(opId);
  }

  #endWith(prepare: (stream: Multicast<OpStatus>) => () => void, prepareGroups: () => () => void): void {
    if (this.#end) return;
    this.#end = prepare;
    const tells = [...this.#watched.values()].map(({ latest }) => prepare(latest));
    tells.push(prepare(this.#statuses), prepareGroups());
    for (const tell of tells) tell();
    this.#reached.complete();
  }
}

function statusFrom(opId: string, { state, scope, sequence }: Verdict): OpStatus {
  return { opId, state, scope, sequence };
}

/** Takes the status over for those who watch the op. */
function change(status: OpStatus, op: WatchedOp | undefined): Change {
  if (!op) return { status, latest: undefined, watchers: NONE, isOtherState: false };
  const { latest } = op;
  const isOtherState = latest.value.state !== status.state;
  return { status, latest, watchers: latest.take(status), isOtherState };
}
