import { parseArgs } from "node:util";
import { gates } from "./cases/gates.js";
import { type Contender, measure } from "./measure.js";

const cases: Readonly<Record<string, () => Contender[]>> = { gates };

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: "boolean" } } });
const unknown = positionals.filter((name) => !Object.hasOwn(cases, name));
if (unknown.length > 0) {
  console.error(`no such case: ${unknown.join(", ")} (there are: ${Object.keys(cases).join(", ")})`);
  process.exit(2);
}

const chosen = positionals.length > 0 ? positionals : Object.keys(cases);
const results = chosen.map((name) => ({ case: name, costs: measure(cases[name]?.() ?? []) }));
if (values.json) {
  console.log(JSON.stringify(results, null, 2));
} else {
  for (const { case: name, costs } of results) {
    console.log(name);
    console.table(
      costs.map((cost) => ({ way: cost.name, "ns each": cost.nsPerUnit.toFixed(1), ratio: cost.ratio.toFixed(2) })),
    );
  }
}
