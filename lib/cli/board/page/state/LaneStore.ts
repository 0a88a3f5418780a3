import { type Changes, type LanePatch, ScopeKey, type Snapshot } from "../../BoardEvent.js";
import type { OpState } from "../../../../opStatus.js";
import { LaneState } from "./LaneState.js";

/** How many ops are in which state. */
export type Counts = Readonly<Record<OpState, number>>;

/** What came of what was applied. */
export interface Applied {
  /** Whether lanes came or went. */
  readonly membership: boolean;
  /** Whether the state of any op is another. */
  readonly states: boolean;
  /** Those that are terminated now, and were not: an op by its own signal, or a scope. */
  readonly terminated: readonly LaneState[];
}

/** All lanes: those of the ops by key, and the wider scopes that are laid over them. */
export class LaneStore {
  readonly ops = new Map<number, LaneState>();
  #scopes = new Map<number, LaneState>();
  #counts: Record<OpState, number> = { running: 0, paused: 0, terminated: 0 };
  #maxMarbles = 0;

  get counts(): Counts {
    return this.#counts;
  }

  get fleet(): LaneState | undefined {
    return this.#scopes.get(ScopeKey.fleet);
  }

  get agent(): LaneState | undefined {
    return this.#scopes.get(ScopeKey.agent);
  }

  get(key: number): LaneState | undefined {
    return this.ops.get(key) ?? this.#scopes.get(key);
  }

  /** What speaks for a lane too, the narrower first. */
  widerThan({ key }: Pick<LaneState, "key">): readonly LaneState[] {
    const wider = [ScopeKey.agent, ScopeKey.fleet, ScopeKey.channel];
    const from = key === ScopeKey.channel ? 3 : key === ScopeKey.fleet ? 2 : key === ScopeKey.agent ? 1 : 0;
    return wider.slice(from).flatMap((scope) => this.#scopes.get(scope) ?? []);
  }

  replace({ lanes, about }: Snapshot): void {
    this.#maxMarbles = about.maxMarbles;
    this.ops.clear();
    this.#scopes = new Map();
    for (const view of lanes) (isScope(view) ? this.#scopes : this.ops).set(view.key, new LaneState(view));
    this.#decideAll();
  }

  apply({ now, added = [], changed = [], removed = [] }: Changes): Applied {
    const before = { ...this.#counts };
    const terminated: LaneState[] = [];
    for (const key of removed) this.ops.delete(key);
    for (const view of added) this.ops.set(view.key, new LaneState(view));
    for (const patch of changed) {
      const lane = this.get(patch.key);
      if (!lane) continue;
      const wasTerminated = lane.current.state === "terminated";
      lane.apply(patch, now, this.#maxMarbles);
      if (isScope(patch)) this.#decide(lane);
      else lane.decide(this.widerThan(lane));
      if (!wasTerminated && lane.own.state === "terminated") terminated.push(lane);
    }
    terminated.push(...added.flatMap(({ key }) => this.#terminatedAtOnce(key)));
    this.#decideAll();
    const states = (Object.keys(before) as OpState[]).some((state) => before[state] !== this.#counts[state]);
    const membership = added.length + removed.length > 0;
    return { membership, states: states || changed.some(({ segments }) => segments.length > 0), terminated };
  }

  #terminatedAtOnce(key: number): readonly LaneState[] {
    const lane = this.ops.get(key);
    return lane?.own.state === "terminated" && lane.own.scope === "op" ? [lane] : [];
  }

  #decide(lane: LaneState): void {
    lane.decide(this.widerThan(lane));
  }

  /** A few thousand comparisons, several times a second: nothing to be clever about. */
  #decideAll(): void {
    for (const scope of this.#scopes.values()) this.#decide(scope);
    const counts = { running: 0, paused: 0, terminated: 0 };
    const wider = this.widerThan({ key: Infinity });
    for (const lane of this.ops.values()) {
      lane.decide(wider);
      counts[lane.current.state]++;
    }
    this.#counts = counts;
  }
}

function isScope({ key }: Pick<LanePatch, "key">): boolean {
  return key <= ScopeKey.channel;
}
