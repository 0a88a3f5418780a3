import type { ProcessInfo } from "./ProcessInfo.js";

/** The process that all others descend from, by what names it for good. */
export type ProcessId = Pick<ProcessInfo, "pid" | "startTime">;

/** How to know a descendant. */
export interface Lineage {
  /** The leader of a session of its own; undefined where only the mark is known. */
  readonly root: ProcessId | undefined;
  /** The one who asks. */
  readonly self: number;
  /** Whether a process has the root's mark in its environment. */
  readonly isMarked: (pid: number) => boolean;
}

/**
 * The processes that descend from the root and are alive, each before its own children.
 *
 * They are known by their parents, by their sessions, and where a process has left its session and its parent has ended
 * (a daemon) by the mark in its environment: whoever adopts it is an ancestor of ours, so that few have to be asked.
 */
export function descendants(processes: readonly ProcessInfo[], { root, self, isMarked }: Lineage): ProcessInfo[] {
  const byPid = new Map(processes.map((process) => [process.pid, process]));
  const adopters = ancestors(self, byPid);
  const found = new Map<number, ProcessInfo>();
  const sessions = new Set<number>(root && [root.pid]);

  // A session is theirs with its leader; that of a stranger they can only have been brought into.
  const isTheirs = (session: number): boolean => {
    if (!sessions.has(session)) return false;
    const leader = byPid.get(session);
    if (leader === undefined || leader.isDead || found.has(session)) return true;
    // The number belongs to the session for as long as that has members; then somebody else may be given it.
    return session === root?.pid && leader.startTime === root.startTime;
  };
  const belongs = ({ pid, parent, session }: ProcessInfo): boolean =>
    pid !== self && (found.has(parent) || isTheirs(session) || (adopters.has(parent) && isMarked(pid)));

  for (let before = -1; before < found.size;) {
    before = found.size;
    for (const process of processes) {
      if (found.has(process.pid) || !belongs(process)) continue;
      found.set(process.pid, process);
      sessions.add(process.session);
    }
  }
  return parentsFirst(found).filter(({ isDead }) => !isDead);
}

/** Who may have adopted an orphan of a descendant: one of our ancestors or ourselves, or the first process of all. */
function ancestors(self: number, byPid: ReadonlyMap<number, ProcessInfo>): ReadonlySet<number> {
  const found = new Set([0, 1, self]);
  for (let pid = byPid.get(self)?.parent; pid !== undefined && !found.has(pid); pid = byPid.get(pid)?.parent) {
    found.add(pid);
  }
  return found;
}

function parentsFirst(found: ReadonlyMap<number, ProcessInfo>): ProcessInfo[] {
  const depth = ({ parent }: ProcessInfo): number => {
    let count = 0;
    // They were not all read in the same moment, so a circle cannot be ruled out.
    for (let above = found.get(parent); above && count < found.size; above = found.get(above.parent)) count++;
    return count;
  };
  return [...found.values()]
    .map((process) => ({ process, depth: depth(process) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ process }) => process);
}
