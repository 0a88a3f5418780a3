/** How often a property is tried: as many times as given, or by the factor in OP_CONTROL_RUNS_FACTOR as many. */
export function runs(count: number): number {
  return Math.ceil(count * Number(process.env["OP_CONTROL_RUNS_FACTOR"] ?? 1));
}
