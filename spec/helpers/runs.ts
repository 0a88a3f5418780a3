const factor = Number(process.env["OP_CONTROL_RUNS_FACTOR"] ?? 1);

/** How often a property is tried: as many times as given, or by the factor in OP_CONTROL_RUNS_FACTOR as many. */
export function runs(count: number): number {
  return Math.ceil(count * factor);
}

/** How long that may take: longer for more runs, but no shorter for fewer, which may meet a busy machine. */
export function runsTimeoutMs(ms: number): number {
  return Math.max(ms, ms * factor);
}
