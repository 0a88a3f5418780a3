import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { firehose } from "./cases/firehose.js";
import { gates } from "./cases/gates.js";
import { latency } from "./cases/latency.js";
import { memory } from "./cases/memory.js";
import { waiters } from "./cases/waiters.js";
import { waits } from "./cases/waits.js";
import { wire } from "./cases/wire.js";
import type { Case, Findings } from "./Finding.js";
import { drawPlot } from "./plot.js";
import { isMet, table } from "./table.js";

type Result = { readonly case: string } & Findings;

const cases = new Map<string, Case>(Object.entries({ wire, waiters, memory, waits, latency, gates, firehose }));

const list = [...cases].map(([name, { about }]) => `  ${name.padEnd(10)}${about}`);

const program = new Command("npm run bench --")
  .argument("[case...]", "what to measure; all of it by default")
  .option("--json <file>", "write what was measured to a file as well")
  .option("--plots <folder>", "draw what was measured for more than one size")
  .addHelpText("after", `\nCases:\n${list.join("\n")}\n`)
  .parse();
const { json, plots } = program.opts<{ json?: string; plots?: string }>();
const unknown = program.args.filter((name) => !cases.has(name));
if (unknown.length > 0) program.error(`no such case: ${unknown.join(", ")}`);

const names = program.args.length > 0 ? program.args : [...cases.keys()];
const [only = ""] = names;
const results = names.length === 1 ? [await resultOf(only)] : names.map(resultOfOwnProcess);
if (json !== undefined) writeFileSync(json, `${JSON.stringify(results, null, 2)}\n`);
if (plots !== undefined) {
  for (const plot of results.flatMap((result) => result.plots ?? [])) {
    writeFileSync(join(plots, `${plot.file}.svg`), drawPlot(plot));
  }
}
if (names.length > 1) {
  const missed = results.flatMap(({ findings }) => findings.filter((finding) => !isMet(finding)));
  console.log(
    missed.length === 0 ? "\nall figures are met" : `\nnot met: ${missed.map(({ work }) => work).join("; ")}`,
  );
}
// What a case has opened is none of the next one's, nor does it keep the process.
process.exit();

async function resultOf(name: string): Promise<Result> {
  const { about, run } = cases.get(name) ?? wire;
  const measured = await run();
  console.log(`\n${name}: ${about}\n${table(measured.findings)}`);
  return { case: name, ...measured };
}

/** What one case leaves on the heap, and what it has V8 believe of the code, tells on none of the others. */
function resultOfOwnProcess(name: string): Result {
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  try {
    const file = join(folder, "result.json");
    const { status } = spawnSync(process.execPath, [import.meta.filename, name, "--json", file], { stdio: "inherit" });
    if (status !== 0) throw new Error(`${name} could not be measured`);
    const [result] = JSON.parse(readFileSync(file, "utf8")) as Result[];
    if (!result) throw new Error(`${name} has measured nothing`);
    return result;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
