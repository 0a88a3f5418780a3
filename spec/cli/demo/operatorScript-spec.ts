import { expect } from "chai";
import fc from "fast-check";
import { Subject } from "rxjs";
import type { AgentStep } from "../../../lib/cli/demo/agentSteps.js";
import { operatorScript } from "../../../lib/cli/demo/operatorScript.js";
import { testScheduler } from "../../helpers/marbles.js";

const signals = { P: "PAUSE", R: "RESUME", T: "TERMINATE" } as const;

/** The calls as they begin, by their line. */
const begun = { 1: started(1), 2: started(2), 3: started(3), 4: started(4) };

describe("operatorScript", () => {
  it("pauses in the first lines, resumes 1.5 s later and terminates in the middle of a later call", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const steps$ = hot("-1-2 1506ms 3----4-", begun);
      const expected = "  ---P 1499ms R-----------(T|)";
      expectObservable(operatorScript(steps$, 8)).toBe(expected, signals);
    });
  });

  it("takes a line that has begun for its mark, not one that is held or finished", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const steps$ = hot("-h-f-1-", { ...begun, h: held(1), f: finished(1) });
      const lifetime = "  ^-----!";
      const expected = "  -----P-";
      expectObservable(operatorScript(steps$, 4), lifetime).toBe(expected, signals);
    });
  });

  it("pauses once only, however often a line begins", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const steps$ = hot("-1-1-1-", begun);
      const lifetime = "  ^-----!";
      const expected = "  -P-----";
      expectObservable(operatorScript(steps$, 4), lifetime).toBe(expected, signals);
    });
  });

  it("waits no longer than line 8 with the pause, and line 16 with the terminate, of a long text", () => {
    expect(linesOf(1_000)).to.deep.equal({ pauseAt: 8, terminateAt: 16 });
  });

  it("pauses and terminates at different lines, in this order, of any text that has two", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 500 }), (lineCount) => {
        const { pauseAt, terminateAt } = linesOf(lineCount);
        expect(pauseAt).to.be.within(1, 8);
        expect(terminateAt).to.be.within(pauseAt + 1, lineCount);
      }),
    );
  });

  it("stops listening to the steps while it has nothing to wait for, and when it is unsubscribed", () => {
    testScheduler().run(({ hot, expectObservable, expectSubscriptions }) => {
      const steps$ = hot("-1 1500ms --", begun);
      const lifetime = "  ^- 1500ms -!";
      const expected = "  -P 1499ms R-";
      expectObservable(operatorScript(steps$, 4), lifetime).toBe(expected, signals);
      expectSubscriptions(steps$.subscriptions).toBe(["^!", "- 1500ms ^-!"]);
    });
  });
});

function started(line: number): AgentStep {
  return { type: "started", line, text: "" };
}

function held(line: number): AgentStep {
  return { type: "held", line, text: "" };
}

function finished(line: number): AgentStep {
  return { type: "finished", line, text: "", result: "" };
}

/** At which lines of so many the script acts, when the agent never waits. */
function linesOf(lineCount: number): { pauseAt: number; terminateAt: number } {
  const scheduler = testScheduler();
  const at = new Map<string, number>();
  scheduler.run(({ flush }) => {
    const steps$ = new Subject<AgentStep>();
    let now = 0;
    operatorScript(steps$, lineCount).subscribe((signal) => at.set(signal, now));
    const begin = () => {
      for (let line = 1; line <= lineCount; line++) {
        now = line;
        steps$.next(started(line));
      }
    };
    begin();
    flush();
    begin();
  });
  return { pauseAt: at.get("PAUSE") ?? Number.NaN, terminateAt: at.get("TERMINATE") ?? Number.NaN };
}
