/** One process as `/proc/PID/stat` has it. */
export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** In clock ticks since boot: with the pid it names a process for good, where the pid alone is given out again. */
  readonly startTime: string;
  /** Whether it was stopped by a signal. */
  readonly isStopped: boolean;
  /** Whether it runs no more and is only kept until its parent has asked for its exit code. */
  readonly isDead: boolean;
}

/** Reads one line of `/proc/PID/stat`; undefined for what is none. */
export function parseStat(text: string): ProcessInfo | undefined {
  // The name comes second, in parentheses, and may have blanks and parentheses of its own.
  const [pid] = text.split(" ", 1);
  const [state, parent, group, session, ...rest] = text.slice(text.lastIndexOf(") ") + 2).split(" ");
  const [threads, , startTime] = rest.slice(13);
  if (!pid || startTime === undefined) return undefined;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime,
    isStopped: state === "T",
    // Where only the first thread has ended, the others run on behind a state that says zombie.
    isDead: (state === "Z" || state === "X") && Number(threads) <= 1,
  };
}
