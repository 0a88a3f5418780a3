const names: readonly string[] = ["UNSPECIFIED", "PAUSE", "RESUME", "TERMINATE"];

/** What the wire calls a signal; its number where it has no name. */
export function signalName(signal: number): string {
  return names[signal] ?? String(signal);
}
