import { expect } from "chai";
import type { Run } from "./processes.js";

const STACK_TRACE = /^\s+at /m;

/** Wrong arguments: what is wrong with them, they themselves, and what is said about them. */
export type Misuse = readonly [string, readonly string[], RegExp];

/** Holds runs of a command, by what is wrong with their arguments, to what each has to say of it. */
export function refusesMisuse(
  misuses: readonly Misuse[],
  runs: ReadonlyMap<string, Pick<Run, "exitCode" | "stderr" | "stdout">>,
): void {
  describe("with wrong arguments says on stderr what is wrong, without a stack trace, and exits with 2:", () => {
    for (const [name, , message] of misuses) {
      it(name, async () => {
        const run = runs.get(name)!;
        expect(await run.exitCode()).to.equal(2);
        expect(run.stderr).to.match(message).and.not.match(STACK_TRACE);
        expect(run.stdout).to.equal("");
      });
    }
  });
}
