import { recordHeeded } from "../../../lib/cli/exec/recordHeeded.js";
import type { Diagnostic } from "../../../lib/Diagnostic.js";
import { testScheduler } from "../../helpers/marbles.js";

const diagnostics: Readonly<Record<string, Diagnostic>> = {
  o: { kind: "overlapSaturated" },
  r: { kind: "reconciled", paused: 0, resumed: 0, terminated: 0 },
  f: { kind: "reconcileFailed", message: "refused" },
};
const values = { n: false, y: true };

describe("recordHeeded", () => {
  const cases: readonly (readonly [string, string, number, string, string])[] = [
    ["is false until the record was heeded", "--o--r--", 20, "^", "n----(y|)"],
    ["or cannot be had", "-----f--", 20, "^", "n----(y|)"],
    ["gives up waiting", "--------", 4, "^", "n---(y|)"],
    ["has listened from the start", "-r------", 20, "---^", "---(ny|)"],
    ["waits from when it is subscribed to", "--------", 4, "---^", "---n---(y|)"],
  ];
  for (const [name, told, patienceMs, subscription, expected] of cases) {
    it(name, () => {
      testScheduler().run(({ hot, expectObservable }) => {
        expectObservable(recordHeeded(hot(told, diagnostics))(patienceMs), subscription).toBe(expected, values);
      });
    });
  }
});
