import { expect } from "chai";
import type { ExecEvent } from "../../../lib/cli/exec/ExecEvent.js";
import { mayStart } from "../../../lib/cli/exec/mayStart.js";
import type { OpVerdict } from "../../../lib/cli/exec/opVerdict.js";
import { testScheduler } from "../../helpers/marbles.js";

const verdicts: Readonly<Record<string, OpVerdict>> = {
  r: { state: "running", scope: "op" },
  p: { state: "paused", scope: "op" },
  t: { state: "terminated", scope: "op" },
  u: { state: "unknown", reason: "lost" },
};
const guarded = { y: true, n: false };

describe("mayStart", () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ["says so once the op may run and somebody guards it", "--r-----", "n----y--", "-----(r|)"],
    ["waits out a pause", "p----r--", "y-------", "-----(r|)"],
    ["waits for a guardian to be replaced", "p----r--", "y--n---y-", "-------(r|)"],
    ["says at once that the op is terminated, guarded or not", "p--t----", "n-------", "---(t|)"],
    ["says at once that nobody knows", "p--u----", "n-------", "---(u|)"],
    ["lets nothing through where RESUME and PAUSE come together", "p--(rp)-r", "y-------", "--------(r|)"],
  ];
  for (const [name, verdict$, guarded$, expected] of cases) {
    it(name, () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const started$ = mayStart(hot(verdict$, verdicts), hot(guarded$, guarded), () => {});
        expectObservable(started$).toBe(expected, verdicts);
      });
    });
  }

  it("tells that it is held, and by whom", () => {
    const told: ExecEvent[] = [];
    testScheduler().run(({ hot, expectObservable }) => {
      expectObservable(mayStart(hot("p-r", verdicts), hot("y", guarded), (event) => told.push(event))).toBe(
        "--(r|)",
        verdicts,
      );
    });
    expect(told).to.deep.equal([{ type: "held", scope: "op" }]);
  });

  it("errors where nobody can guard it", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      expectObservable(mayStart(hot("r--", verdicts), hot("--#", guarded), () => {})).toBe("--#");
    });
  });
});
