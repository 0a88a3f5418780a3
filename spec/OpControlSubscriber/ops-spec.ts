import { expect } from "chai";
import {
  catchError,
  concat,
  EMPTY,
  type GroupedObservable,
  map,
  mergeMap,
  NEVER,
  type Observable,
  of,
  Subject,
  tap,
} from "rxjs";
import { OpControlUnavailableError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import type { OpControlMessage, OpStatus } from "../../lib/opStatus.js";
import { testScheduler } from "../helpers/marbles.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, signals, statuses, terminate } from "../helpers/opControl.js";
import { record, type Recording } from "../helpers/record.js";

/** What happens in all groups as text: `"{key} {state}"` of each status, `"{key} ends"` of each end. */
function told(control: OpControlSubscriber, name: (key: string) => string = (key) => key): Observable<string> {
  return control.ops$.pipe(
    mergeMap((group) => {
      const states$ = group.pipe(
        map(({ opId, state }) => (opId === group.key ? state : "of another op")),
        catchError(() => of("errors").pipe((errors$) => concat(errors$, NEVER))),
      );
      return concat(states$, of("ends")).pipe(map((text) => `${name(group.key)} ${text}`));
    }),
  );
}

const named = (key: string): string => (key === OP ? "op" : key === OTHER ? "other" : key);

describe("OpControlSubscriber.ops$", () => {
  it("emits a group per op as it becomes tracked, with its latest status and then each change", () => {
    testScheduler().run(({ hot, cold, expectObservable }) => {
      const source = hot("--P--Q--T--", { ...signals, Q: pause(OTHER) });
      const expected = "  --a--b-----";
      const groupA = cold("  p-----t--", statuses);
      const groupB = cold("     p-----", { p: { ...statuses.p, opId: OTHER } });

      const control = OpControlSubscriber.from(source);

      expectObservable(control.ops$).toBe(expected, { a: groupA, b: groupB });
    });
  });

  it("names each group by its op id", () => {
    const control = OpControlSubscriber.from(concat([pause(OP), terminate(OTHER), pause(FLEET), pause(AGENT)], NEVER));

    const groups = record(control.ops$);

    expect(groups.values.map(({ key }) => key)).to.have.members([OP, OTHER, FLEET, AGENT]);
  });

  it("starts with the ops that were tracked before anyone asked", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-(PQ)-S--T--", { ...signals, Q: pause(OTHER), S: resume(OTHER) });
      const subs = "      --------^---";
      const expected = "  --------pt--";

      const control = OpControlSubscriber.from(source);

      expectObservable(told(control, named), subs).toBe(expected, { p: "op paused", t: "op terminated" });
    });
  });

  it("gives every subscriber all groups that are open", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--Q----R---", { ...signals, Q: terminate(OTHER) });
      const early = "     ^------------";
      const expectedA = " -p--t----(re)";
      const late = "      -----^-------";
      const expectedB = " -----(pt)(re)";
      const values = { p: "op paused", t: "other terminated", r: "op running", e: "op ends" };

      const control = OpControlSubscriber.from(source);

      expectObservable(told(control, named), early).toBe(expectedA, values);
      expectObservable(told(control, named), late).toBe(expectedB, values);
    });
  });

  it("completes the group of an op that is let go, and opens another when the op is tracked again", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--R---P--T--", signals);
      const expected = "  -p--(re)p--t--";

      const control = OpControlSubscriber.from(source);

      expectObservable(told(control, named)).toBe(expected, {
        ...{ p: "op paused", r: "op running", t: "op terminated", e: "op ends" },
      });
    });
  });

  it("tracks a running op for as long as it is watched", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-----P-R------", signals);
      const watched = "   --^-------!   ";
      const expected = "  --r--p-r--e   ";

      const control = OpControlSubscriber.from(source);
      expectObservable(told(control, named)).toBe(expected, { p: "op paused", r: "op running", e: "op ends" });

      expectObservable(control.status(OP), watched).toBe("--r--p-r--", statuses);
    });
  });

  it("tracks no op for being resumed", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-R-Q-R-", { ...signals, Q: resume(FLEET) });
      const expected = "  -------";

      expectObservable(OpControlSubscriber.from(source).ops$).toBe(expected);
    });
  });

  it("tells of the wider scopes as groups of their reserved ids, and in the groups of the ops that they change", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-T--F----f---", { T: pause(OP), F: terminate(AGENT), f: resume(FLEET) });
      const expected = "  -p--(kt)-----";

      const control = OpControlSubscriber.from(source);

      expectObservable(told(control, named)).toBe(expected, {
        ...{ p: "op paused", t: "op terminated", k: "agent:agent-7 terminated" },
      });
    });
  });

  it("completes with all of its groups on close", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot("-P--|   ", signals);
      const expected = "  -p--(e|)";
      const late = "      ------^ ";
      const expectedB = " ------| ";

      const control = OpControlSubscriber.from(source);

      expectObservable(told(control, named)).toBe(expected, { p: "op paused", e: "op ends" });
      expectObservable(control.ops$, late).toBe(expectedB);
    });
  });

  it("errors with all of its groups when the channel fails", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    signals$.next(terminate(OTHER));
    const groups = record(control.ops$);
    const inGroups = groups.values.map((group) => record(group));

    signals$.error(new Error("the bus is gone"));

    for (const { end } of [groups, ...inGroups]) expect(end).to.be.instanceOf(OpControlUnavailableError);
    expect(record(control.ops$)).to.deep.include({ values: [] });
    expect(record(control.ops$).end).to.be.instanceOf(OpControlUnavailableError);
  });

  it("errors with the groups of running ops too, which its watchers alone keep tracked", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    record(control.status(OP));
    const [group] = record(control.ops$).values;
    const inGroup = record(group ?? EMPTY);

    signals$.error(new Error("the bus is gone"));

    expect(inGroup.values).to.deep.equal([statuses.r]);
    expect(inGroup.end).to.be.instanceOf(OpControlUnavailableError);
  });

  it("has a group that is kept say the same as the op's status after the end", () => {
    const signals$ = new Subject<OpControlMessage>();
    const control = OpControlSubscriber.from(signals$);
    signals$.next(pause());
    const [group] = record(control.ops$).values;
    signals$.complete();

    const kept = record(group ?? EMPTY);

    expect(kept.values).to.deep.equal([statuses.p]);
    expect(kept.end).to.equal("completed");
  });

  for (const [firstToHear, streamOf] of [
    ["a status", (control: OpControlSubscriber) => control.status(OP)],
    ["a group", (control: OpControlSubscriber) => control.ops$.pipe(mergeMap((group) => group))],
    ["ops$", (control: OpControlSubscriber) => control.ops$],
  ] as const) {
    describe(`subscribed when ${firstToHear} is told that the channel has failed`, () => {
      let late: Recording<GroupedObservable<string, OpStatus>> | undefined;
      const inGroups: Recording<OpStatus>[] = [];

      beforeEach(() => {
        inGroups.length = 0;
        const signals$ = new Subject<OpControlMessage>();
        const control = OpControlSubscriber.from(signals$);
        signals$.next(pause(OTHER));
        record(control.status(OP));
        record(
          (streamOf(control) as Observable<unknown>).pipe(
            catchError(() => {
              late = record(control.ops$.pipe(tap((group) => inGroups.push(record(group)))));
              return EMPTY;
            }),
          ),
        );

        signals$.error(new Error("the bus is gone"));
      });

      it("errors too, and leaves no group open", () => {
        for (const end of [late, ...inGroups].map((each) => each?.end)) {
          expect(end).to.be.instanceOf(OpControlUnavailableError);
        }
      });

      it("tells nothing that could be taken for leave to run", () => {
        const states = inGroups.flatMap(({ values }) => values.map(({ state }) => state));
        expect(states).not.to.include("running");
      });
    });
  }
});
