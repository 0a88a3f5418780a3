import { expect } from "chai";
import { map } from "rxjs";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpScope, OpState } from "../../lib/opStatus.js";
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
import { record } from "../helpers/record.js";

/** `A a K`: PAUSE, RESUME and TERMINATE of the agent; `F f X`: of the fleet. */
const everyScope = {
  ...signals,
  ...{ A: pause(AGENT), a: resume(AGENT), K: terminate(AGENT) },
  ...{ F: pause(FLEET), f: resume(FLEET), X: terminate(FLEET) },
};

/** `p q f`: paused by the op, the agent, the fleet; `t u v`: terminated by them. */
const everyStatus = {
  ...statuses,
  ...{ q: paused(OP, "agent"), f: paused(OP, "fleet") },
  ...{ u: terminated(OP, "agent"), v: terminated(OP, "fleet") },
};

describe("OpControlSubscriber.status", () => {
  it("replays the latest to each subscriber and emits each change", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("--P--R--P--T--", signals);
      const early = "     ^-------------";
      const expected = "  r-p--r--p--t--";
      const late = "      ------^---!   ";
      const expectedB = " ------r-p-    ";
      const latest = "    -------------^";
      const expectedC = " -------------t";

      const status$ = OpControlSubscriber.from(source).status(OP);

      expectObservable(status$, early).toBe(expected, statuses);
      expectObservable(status$, late).toBe(expectedB, statuses);
      expectObservable(status$, latest).toBe(expectedC, statuses);
    });
  });

  it("tells nobody a status twice", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-R-P-P-R-R-T-T", signals);
      const expected = "  r--p---r---t--";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, statuses);
    });
  });

  it("stays open after a terminate and tells nothing more", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-T-R-P-K-X-", everyScope);
      const expected = "  rt---------";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, statuses);
    });
  });

  it("is the most severe of the op's own, the agent's and the fleet's, and names the narrowest scope that says so", () => {
    const severity: readonly OpState[] = ["running", "paused", "terminated"];
    const toReach: Record<OpState, (opId: string) => OpControlMessage> = {
      running: resume,
      paused: pause,
      terminated: terminate,
    };
    for (const own of severity) {
      for (const agent of severity) {
        for (const fleet of severity) {
          const states = { op: own, agent, fleet };
          const scopes: readonly OpScope[] = ["op", "agent", "fleet"];
          const state = severity[Math.max(...[own, agent, fleet].map((one) => severity.indexOf(one)))];
          const scope = Object.entries(states).find(([, one]) => one === state)?.[0];

          const messages = [toReach[own](OP), toReach[agent](AGENT), toReach[fleet](FLEET)];
          for (const order of [messages, messages.toReversed()]) {
            const control = OpControlSubscriber.from(order);
            const [status] = record(control.status(OP)).values;
            expect(status, JSON.stringify(states)).to.include({ opId: OP, state, scope });
            expect(control.isPaused(OP), JSON.stringify(states)).to.equal(state === "paused");
            expect(control.isTerminated(OP), JSON.stringify(states)).to.equal(state === "terminated");
          }
          expect(scopes).to.include(scope);
        }
      }
    }
  });

  it("has a resume lift the pause of its own scope only", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-A-F-R-a-f-F-R-a-f", everyScope);
      const expected = "  rp-----q-f-r-f-----r";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, everyStatus);
    });
  });

  it("tells a pause that moves to a narrower scope, since another resume will lift it", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-F-A-P-f-a-R", everyScope);
      const expected = "  rf-q-p-----r";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, everyStatus);
    });
  });

  it("is terminated for good by its agent", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-K-a-A-a-R-", everyScope);
      const late = "      ------------^";
      const expected = "  rp-u---------";
      const expectedB = " ------------u";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.status(OP)).toBe(expected, everyStatus);
      expectObservable(control.status(OTHER), late).toBe(expectedB, { u: terminated(OTHER, "agent") });
    });
  });

  it("is terminated for good by the fleet", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-A-X-f-F-f-a-R-", everyScope);
      const late = "      --------------^";
      const expected = "  rq-v-----------";
      const expectedB = " --------------v";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.status(OP)).toBe(expected, everyStatus);
      expectObservable(control.status(OTHER), late).toBe(expectedB, { v: terminated(OTHER, "fleet") });
    });
  });

  it("takes every agent id that arrives for its own agent's, since the gateway filters", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-A--b-", { A: pause("agent:of-another-name"), b: resume("agent:") });
      const expected = "  rq--r-";

      const control = OpControlSubscriber.from(source, { agentId: "agent-7" });

      expectObservable(control.status(OP)).toBe(expected, everyStatus);
    });
  });

  it("watches a reserved id like an op", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-A-F-a-f-X", everyScope);
      const agent = "     r--p---f-r-t";
      const fleet = "     r----p---r-t";

      const control = OpControlSubscriber.from(source);

      expectObservable(control.status(AGENT)).toBe(agent, {
        r: running(AGENT, "agent"),
        p: paused(AGENT, "agent"),
        f: paused(AGENT, "fleet"),
        t: terminated(AGENT, "fleet"),
      });
      expectObservable(control.status(FLEET)).toBe(fleet, {
        r: running(FLEET, "fleet"),
        p: paused(FLEET, "fleet"),
        t: terminated(FLEET, "fleet"),
      });
    });
  });

  it("shows the sequence of the signal that decided", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-Q-A-R-a-", {
        ...{ P: pause(OP, 41n), Q: pause(OP, 42n), R: resume(OP, 44n) },
        ...{ A: pause(AGENT, 43n), a: resume(AGENT, 45n) },
      });
      const expected = "  0p-----a-r-";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, {
        0: running(OP, "op", 0n),
        p: paused(OP, "op", 41n),
        a: paused(OP, "agent", 43n),
        r: running(OP, "op", 44n),
      });
    });
  });

  it("shows that sequence to those who come later too, and not the one of a signal that changed nothing", () => {
    for (const decided of [
      { first: pause(OP, 41n), again: pause(OP, 42n), expected: paused(OP, "op", 41n) },
      { first: terminate(OP, 41n), again: terminate(OP, 42n), expected: terminated(OP, "op", 41n) },
      { first: pause(FLEET, 41n), again: pause(FLEET, 42n), expected: paused(OP, "fleet", 41n) },
    ]) {
      const control = OpControlSubscriber.from([decided.first, decided.again]);
      expect(record(control.status(OP)).values).to.deep.equal([decided.expected]);
    }
  });

  it("never drops a signal because of its sequence", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P-R-Q-T-", {
        ...{ P: pause(OP, 100n), R: resume(OP, 7n), Q: pause(OP, 7n), T: terminate(OP, 0n) },
      });
      const expected = "  0p-r-q-t-";

      expectObservable(OpControlSubscriber.from(source).status(OP)).toBe(expected, {
        0: running(OP, "op", 0n),
        p: paused(OP, "op", 100n),
        r: running(OP, "op", 7n),
        q: paused(OP, "op", 7n),
        t: terminated(OP, "op", 0n),
      });
    });
  });

  it("answers isPaused and isTerminated by what it says", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("  --P--R--P--T--R--", signals);
      const probes = cold(" -x-x--x--x--x--x-", { x: undefined });
      const isPaused = "    -f-t--f--t--f--f-";
      const isTerminated = "-f-f--f--f--t--t-";

      const control = OpControlSubscriber.from(source);
      const answers = { t: true, f: false };

      expectObservable(probes.pipe(map(() => control.isPaused(OP)))).toBe(isPaused, answers);
      expectObservable(probes.pipe(map(() => control.isTerminated(OP)))).toBe(isTerminated, answers);
    });
  });
});
