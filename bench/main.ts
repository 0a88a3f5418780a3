import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { firehose } from "./cases/firehose.js";
import { gates } from "./cases/gates.js";
import { latency } from "./cases/latency.js";
import { memory } from "./cases/memory.js";
import { waiters } from "./cases/waiters.js";
import { waits } from "./cases/waits.js";
import { wire } from "./cases/wire.js";
import type { Case, Findings } from "./Finding.js";
import { isMet, table } from "./table.js";

const cases = new Map<string, Case>(Object.entries({ wire, waiters, memory, waits, latency, gates, firehose }));

const list = [...cases].map(([name, { about }]) => `  ${name.padEnd(10)}${about}`);

const program = new Command("npm run bench --")
  .argument("[case...]", "what to measure; all of it by default")
  .option("--json <file>", "write what was measured to a file as well")
  .addHelpText("after", `\nCases:\n${list.join("\n")}\n`)
  .parse();
const { json } = program.opts<{ json?: string }>();
const names = program.args.length > 0 ? program.args : [...cases.keys()];
const unknown = names.filter((name) => !cases.has(name));
if (unknown.length > 0) program.error(`no such case: ${unknown.join(", ")}`);

const results: ({ readonly case: string } & Findings)[] = [];
for (const [name, { about, run }] of cases) {
  if (!names.includes(name)) continue;
  const measured = await run();
  results.push({ case: name, ...measured });
  console.log(`\n${name}: ${about}\n${table(measured.findings)}`);
}
if (json !== undefined) writeFileSync(json, `${JSON.stringify({ node: process.version, results }, null, 2)}\n`);
const missed = results.flatMap(({ findings }) => findings.filter((finding) => !isMet(finding)));
console.log(missed.length === 0 ? "\nall figures are met" : `\n${missed.length} figures are not met`);
process.exit();
