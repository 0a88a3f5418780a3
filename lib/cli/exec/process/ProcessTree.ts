import { descendants, type ProcessId } from "./descendants.js";
import type { ProcessInfo } from "./ProcessInfo.js";
import { hasInEnvironment, readProcess, readProcesses } from "./readProcesses.js";
import { sendSignal } from "./sendSignal.js";
import type { Tree } from "./Tree.js";
import { untilStopped } from "./untilStopped.js";

/** While they are being stopped they may still start others; a bomb of them is looked for again later. */
const MAX_ROUNDS = 50;

/** A pause does not wait for long. */
const OVERSEERS_MS = 100;

/** What there is to tell of a process to the operating system. */
type Reach = (process: ProcessInfo) => void;

/** A process and all that descend from it, as /proc has them: also those in other groups and sessions (Linux). */
export class ProcessTree implements Tree {
  readonly #root: ProcessId | undefined;
  readonly #mark: string;
  /** While they are held, those that we have stopped. */
  readonly #stopped = new Map<string, ProcessInfo>();
  /** Those that were stopped before, by themselves or by somebody else: they are not ours to continue. */
  #stoppedBefore: ReadonlySet<string> | undefined;
  readonly #toldToEnd = new Set<string>();
  readonly #outOfReach = new Set<number>();

  /** @param mark What the root has in its environment, and nobody else. */
  constructor(root: ProcessId | undefined, mark: string) {
    this.#root = root;
    this.#mark = mark;
  }

  get size(): number {
    return this.#find().length;
  }

  get outOfReach(): readonly number[] {
    return [...this.#outOfReach];
  }

  stop(): number {
    // Later on it cannot be told any more: what is forked meanwhile may be stopped with its group before it is seen.
    this.#stoppedBefore ??= new Set(
      this.#find()
        .filter(({ isStopped }) => isStopped)
        .map(nameOf),
    );
    return this.#reachAll("SIGSTOP", (process) => {
      if (!this.#stoppedBefore?.has(nameOf(process))) this.#stopped.set(nameOf(process), process);
    });
  }

  /** The last first: a shell that goes on before its job does would take the job for one that the user has stopped. */
  continue(): void {
    for (const { pid } of [...this.#stopped.values()].reverse()) this.#send(pid, "SIGCONT");
    this.#forgetStopped();
  }

  send(signal: NodeJS.Signals): number {
    const all = this.#find();
    for (const process of all) {
      if (signal === "SIGTERM") this.#toldToEnd.add(nameOf(process));
      this.#send(process.pid, signal);
    }
    return all.length;
  }

  sendToGroup(signal: NodeJS.Signals): void {
    const { pid, startTime } = this.#root ?? {};
    // The number may be given out again after it has ended.
    if (pid !== undefined && readProcess(pid)?.startTime === startTime) sendSignal(-pid, signal);
  }

  terminate(): number {
    const all = this.#find();
    for (const process of all) {
      if (!this.#toldToEnd.has(nameOf(process))) this.#send(process.pid, "SIGTERM");
      this.#toldToEnd.add(nameOf(process));
    }
    // One that is stopped would not hear of it.
    for (const { pid } of all.reverse()) this.#send(pid, "SIGCONT");
    this.#forgetStopped();
    return all.length;
  }

  kill(): void {
    // One that is stopped starts no others.
    this.stop();
    this.#reachAll("SIGKILL", () => undefined);
  }

  /** Signals all of them until there is none that was not, each after its parent; returns how many there were. */
  #reachAll(signal: "SIGSTOP" | "SIGKILL", onReach: Reach): number {
    const reached = new Set<string>();
    const deadlineMs = performance.now() + OVERSEERS_MS;
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const processes = readProcesses();
      const all = this.#find(processes);
      const fresh = all.filter((process) => !reached.has(nameOf(process)));
      if (fresh.length === 0) break;
      for (const process of fresh) {
        onReach(process);
        reached.add(nameOf(process));
      }
      const overseers = signal === "SIGSTOP" ? overseersOf(all) : [];
      // A group is told in one go, so that none of it is forked in between.
      for (const group of groupsOf(all, processes)) {
        sendSignal(-group, signal);
        untilStopped(
          overseers.filter((overseer) => overseer.group === group).map(({ pid }) => pid),
          deadlineMs,
        );
      }
      for (const { pid } of fresh) this.#send(pid, signal);
    }
    return reached.size;
  }

  #forgetStopped(): void {
    this.#stopped.clear();
    this.#stoppedBefore = undefined;
  }

  #find(processes = readProcesses()): ProcessInfo[] {
    return descendants(processes, {
      root: this.#root,
      self: process.pid,
      isMarked: (pid) => hasInEnvironment(pid, this.#mark),
    });
  }

  #send(pid: number, signal: NodeJS.Signals): void {
    if (sendSignal(pid, signal) === "forbidden") this.#outOfReach.add(pid);
  }
}

function nameOf({ pid, startTime }: ProcessInfo): string {
  return `${pid} ${startTime}`;
}

/**
 * Those with children in other groups, as a shell with its jobs: it must have stopped before they do, for it would see
 * them stopped and go on without them once it is continued.
 */
function overseersOf(all: readonly ProcessInfo[]): readonly ProcessInfo[] {
  const groups = new Map(all.map(({ pid, group }) => [pid, group]));
  const overseers = new Set(
    all.filter(({ parent, group }) => groups.get(parent) !== group).map(({ parent }) => parent),
  );
  return all.filter(({ pid }) => overseers.has(pid));
}

/** The groups that have no other members. */
function groupsOf(all: readonly ProcessInfo[], processes: readonly ProcessInfo[]): ReadonlySet<number> {
  const groups = new Set(all.map(({ group }) => group));
  const pids = new Set(all.map(({ pid }) => pid));
  for (const { pid, group, isDead } of processes) {
    if (!isDead && !pids.has(pid)) groups.delete(group);
  }
  // As a negative number these would stand for our own group, and for every process there is.
  groups.delete(0);
  groups.delete(1);
  return groups;
}
