import type { GateCounts } from "./gates.js";

/** What came of a run. */
export interface Summary {
  readonly seed: number;
  readonly seconds: number;
  readonly faults: number;
  readonly faultsByKind: Readonly<Record<string, number>>;
  readonly reconnects: number;
  readonly handoversByDraining: number;
  readonly handoversByAge: number;
  readonly signalsSent: number;
  readonly terminatesSent: number;
  /** What had to arrive, counted once per subscriber. */
  readonly signalsDue: number;
  readonly terminatesDue: number;
  readonly terminatesLost: number;
  readonly fences: number;
  readonly gates: GateCounts;
  readonly longestToLiveMs: number;
  readonly stalls: number;
  readonly peakRssMb: number;
  readonly peakHeapMb: number;
}

/** How it goes, in a line. */
export function printProgress(summary: Summary): string {
  const { seconds, faults, reconnects, handoversByDraining, handoversByAge, peakRssMb } = summary;
  const events = `${faults} faults, ${reconnects} reconnects, ${handoversByDraining + handoversByAge} handovers`;
  const terminates = `${summary.terminatesLost} of ${summary.terminatesDue} terminates lost`;
  return `${Math.round(seconds)} s: ${events}, ${terminates}, ${Math.round(peakRssMb)} MB`;
}

/** A summary to read. */
export function printSummary(summary: Summary): string {
  const { faultsByKind, gates, ...numbers } = summary;
  const kinds = Object.entries(faultsByKind).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...Object.entries(numbers).map(([name, value]) => line(name, value)),
    line("passed gates", gates.passed),
    line("gates ended by a terminate", gates.terminated),
    "faults by kind",
    ...kinds.map(([kind, count]) => `  ${kind.padEnd(28)} ${String(count).padStart(6)}`),
  ].join("\n");
}

function line(name: string, value: number): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words.padEnd(30)} ${String(Math.round(value)).padStart(6)}`;
}
