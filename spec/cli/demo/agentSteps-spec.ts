import { expect } from "chai";
import { createHash } from "node:crypto";
import { map, NEVER, type Observable, of } from "rxjs";
import { type AgentStep, agentSteps } from "../../../lib/cli/demo/agentSteps.js";
import { OpControlUnavailableError, OpTerminatedError } from "../../../lib/errors.js";
import { OpControlSubscriber } from "../../../lib/OpControlSubscriber.js";
import type { OpControlMessage } from "../../../lib/opStatus.js";
import { testScheduler } from "../../helpers/marbles.js";
import { FLEET, OP, OTHER, pause, resume, terminate } from "../../helpers/opControl.js";
import { errorOf, record } from "../../helpers/record.js";

/** The signals to the agent's op, and in small letters those to another. */
const signals = { P: pause(), R: resume(), T: terminate(), p: pause(OTHER), t: terminate(OTHER) };
/** What becomes of the first line, and in capitals of the second: held, started, finished. */
const steps = { h: "held 1", s: "started 1", f: "finished 1", H: "held 2", S: "started 2", F: "finished 2" };

const CALL_MS = 5;
const terminated = new OpTerminatedError(OP, "op");
const closed = new OpControlUnavailableError("the channel was closed: nobody can say whether to go on");

describe("agentSteps", () => {
  it("makes one call per line, one after the other, and completes", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("---------------", signals);
      const expected = "  s----(fS)-(F|)";
      expectObservable(twoLines(signal)).toBe(expected, steps);
    });
  });

  it("holds the next call while the op is paused, and says so; the call in flight is finished", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("--P---------R------", signals);
      const expected = "  s----(fH)---S----(F|)";
      expectObservable(twoLines(signal)).toBe(expected, steps);
    });
  });

  it("holds the first call of an op that is paused already", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("P---R--------------", signals);
      const lifetime = "  -^-----------------";
      const expected = "  -h--s----(fS)-(F|)";
      expectObservable(twoLines(signal), lifetime).toBe(expected, steps);
    });
  });

  it("holds it again when the op is paused again", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("P-R-P-----------R--", signals);
      const lifetime = "  -^-----------------!";
      const expected = "  -hs----(fH)-----S---";
      expectObservable(twoLines(signal), lifetime).toBe(expected, steps);
    });
  });

  it("takes no notice of a pause that is over when the next call is due", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("-PR------------", signals);
      const expected = "  s----(fS)-(F|)";
      expectObservable(twoLines(signal)).toBe(expected, steps);
    });
  });

  it("takes no notice of other ops", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("-pt------------", signals);
      const expected = "  s----(fS)-(F|)";
      expectObservable(twoLines(signal)).toBe(expected, steps);
    });
  });

  it("ends the call in flight when the op is terminated, and all that would follow", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("---T-----------", signals);
      const expected = "  s--#";
      expectObservable(twoLines(signal)).toBe(expected, steps, terminated);
    });
  });

  it("ends a held call when the op is terminated", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("--P------T-----", signals);
      const expected = "  s----(fH)#";
      expectObservable(twoLines(signal)).toBe(expected, steps, terminated);
    });
  });

  it("begins nothing for an op that is terminated already", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("T--------------", signals);
      const lifetime = "  --^------------";
      const expected = "  --#";
      expectObservable(twoLines(signal), lifetime).toBe(expected, steps, terminated);
    });
  });

  it("errors when the channel fails, also in the middle of a call", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("---#", signals, new Error("gone"));
      const expected = "  s--#";
      const failed = new OpControlUnavailableError("the channel has failed: gone");
      expectObservable(twoLines(signal)).toBe(expected, steps, failed);
    });
  });

  it("finishes the call in flight when the channel is closed, begins no other, and errors", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("---|", signals);
      const expected = "  s----(f#)";
      expectObservable(twoLines(signal)).toBe(expected, steps, closed);
    });
  });

  it("errors when the channel is closed while a call is held", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("--P------|", signals);
      const expected = "  s----(fH)#";
      expectObservable(twoLines(signal)).toBe(expected, steps, closed);
    });
  });

  it("names the op and the scope in the OpTerminatedError", () => {
    const control = OpControlSubscriber.from(of(terminate(FLEET)));
    const error = errorOf(agentSteps({ control, opId: OP, lines: ["one"], callMs: CALL_MS }), OpTerminatedError);
    expect(error).to.include({ opId: OP, scope: "fleet" });
  });

  it("calls nothing once it is unsubscribed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const signal = hot("---------------", signals);
      const lifetime = "  ^--!";
      const expected = "  s---";
      expectObservable(twoLines(signal), lifetime).toBe(expected, steps);
    });
  });

  it("counts the words of each text and signs it", () => {
    testScheduler().run(({ flush }) => {
      const texts = ["look up the  invoice", " \tpay\t", "é"];
      const control = OpControlSubscriber.from(NEVER);
      const { values } = record(agentSteps({ control, opId: OP, lines: texts, callMs: CALL_MS }));
      flush();
      const results = values.flatMap((step) => (step.type === "finished" ? [step.result] : []));
      expect(results).to.deep.equal(
        [4, 1, 1].map((words, index) => {
          const digest = createHash("sha256").update(texts[index]!).digest("hex");
          return `${words} words, sha256 ${digest.slice(0, 8)}`;
        }),
      );
    });
  });
});

/** An agent of two lines, as the marbles have its steps. */
function twoLines(signals$: Observable<OpControlMessage>): Observable<string> {
  const control = OpControlSubscriber.from(signals$);
  return agentSteps({ control, opId: OP, lines: ["one", "two"], callMs: CALL_MS }).pipe(
    map(({ type, line }: AgentStep) => `${type} ${line}`),
  );
}
