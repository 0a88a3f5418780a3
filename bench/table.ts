import type { Finding } from "./Finding.js";

const HEAD = ["work", "measured", "figure", "beside"];

export function isMet({ value, atMost = Infinity }: Finding): boolean {
  return value <= atMost;
}

/** What was found, a line each, in Markdown as well as for the eye. */
export function table(findings: readonly Finding[]): string {
  const lines = [HEAD, ...findings.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const rule = widths.map((width) => "-".repeat(width));
  const [head = HEAD, ...body] = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)));
  return [head, rule, ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function row(finding: Finding): string[] {
  const { work, value, unit, atMost, beside = {} } = finding;
  const figure = atMost === undefined ? "" : `<= ${atMost} ${isMet(finding) ? "met" : "NOT MET"}`;
  const others = Object.entries(beside).map(([what, cost]) => `${what}: ${cost}`);
  return [work, `${Number(value.toPrecision(3))} ${unit}`, figure, others.join("; ")];
}
