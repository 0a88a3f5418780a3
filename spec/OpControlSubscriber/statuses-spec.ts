import { ignoreElements, map } from "rxjs";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { testScheduler } from "../helpers/marbles.js";
import {
  AGENT,
  FLEET,
  OP,
  OTHER,
  pause,
  paused,
  resume,
  running,
  signals,
  statuses,
  terminate,
  terminated,
} from "../helpers/opControl.js";

describe("OpControlSubscriber.statuses$", () => {
  it("tells every change of every op, watched or not, and only changes", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-R-P-P-Q-R-R-T-P-S-", { ...signals, Q: pause(OTHER), S: terminate(OTHER) });
      const expected = "  ---p---q-r---t---s-";

      const { statuses$ } = OpControlSubscriber.from(source);

      expectObservable(statuses$).toBe(expected, { ...statuses, q: paused(OTHER), s: terminated(OTHER) });
    });
  });

  it("replays nothing", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P----R--|", signals);
      const late = "      ---^------";
      const expected = "  ------r--|";
      const after = "     ----------^";
      const expectedB = " ----------|";

      const { statuses$ } = OpControlSubscriber.from(source);

      expectObservable(statuses$, late).toBe(expected, statuses);
      expectObservable(statuses$, after).toBe(expectedB);
    });
  });

  for (const [scope, id] of [
    ["agent", AGENT],
    ["fleet", FLEET],
  ] as const) {
    it(`tells a change of the ${scope} as a status of its reserved id, then of every watched op that it changed`, () => {
      testScheduler().run(({ hot, expectObservable }) => {
        const source = hot("-----P----R-----T----", { P: pause(id), R: resume(id), T: terminate(id) });
        const watchingA = " -^-------------------";
        const watchingB = " --^----------!       ";
        const watchingC = " -----------^---------";
        const expected = "  -----(Pab)(Rrs)-(Ttc)";

        const control = OpControlSubscriber.from(source);
        expectObservable(control.status("a:").pipe(ignoreElements()), watchingA).toBe("");
        expectObservable(control.status("b:").pipe(ignoreElements()), watchingB).toBe("");
        expectObservable(control.status("c:").pipe(ignoreElements()), watchingC).toBe("");

        const told$ = control.statuses$.pipe(map(({ opId, state, scope: by }) => `${opId} ${state} by ${by}`));
        expectObservable(told$).toBe(expected, {
          ...{ P: `${id} paused by ${scope}`, a: `a: paused by ${scope}`, b: `b: paused by ${scope}` },
          ...{ R: `${id} running by ${scope}`, r: "a: running by op", s: "b: running by op" },
          ...{ T: `${id} terminated by ${scope}`, t: `a: terminated by ${scope}`, c: `c: terminated by ${scope}` },
        });
      });
    });
  }

  it("does not tell of a watched op that a wider scope leaves as it was", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-A-a-T-K-", { ...signals, A: pause(AGENT), a: resume(AGENT), K: terminate(AGENT) });
      const expected = "  -p-A-a-t-K-";

      const control = OpControlSubscriber.from(source);
      expectObservable(control.status(OP)).toBe("rp-----t---", statuses);

      expectObservable(control.statuses$).toBe(expected, {
        ...statuses,
        ...{ A: paused(AGENT, "agent"), a: running(AGENT, "agent"), K: terminated(AGENT, "agent") },
      });
    });
  });

  it("tells nothing of a scope that a wider one has terminated", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-X-A-K-", { X: terminate(FLEET), A: pause(AGENT), K: terminate(AGENT) });
      const expected = "  -x-----";

      const { statuses$ } = OpControlSubscriber.from(source);

      expectObservable(statuses$).toBe(expected, { x: terminated(FLEET, "fleet") });
    });
  });

  it("tells the watchers of a reserved id once", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-F-f-", { F: pause(FLEET), f: resume(FLEET) });
      const expected = "  -p-r-";

      const control = OpControlSubscriber.from(source);
      const values = { p: paused(FLEET, "fleet"), r: running(FLEET, "fleet") };

      expectObservable(control.status(FLEET)).toBe("rp-r-", values);
      expectObservable(control.statuses$).toBe(expected, values);
    });
  });

  it("errors when the channel fails, and at once after that", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--#  ", signals, new Error("the bus is gone"));
      const expected = "  -p--#  ";
      const late = "      ------^";
      const expectedB = " ------#";
      const unavailable = new OpControlUnavailableError("the channel has failed: the bus is gone");

      const { statuses$ } = OpControlSubscriber.from(source);

      expectObservable(statuses$).toBe(expected, statuses, unavailable);
      expectObservable(statuses$, late).toBe(expectedB, undefined, unavailable);
    });
  });
});
