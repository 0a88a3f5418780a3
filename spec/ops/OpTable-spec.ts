import { expect } from "chai";
import { type GroupedObservable, Subscription, take } from "rxjs";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import type { OpState, OpStatus } from "../../lib/opStatus.js";
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
import { testScheduler } from "../helpers/marbles.js";
import { record } from "../helpers/record.js";
import { subscribeThrowing } from "../helpers/subscribeThrowing.js";
import { tableOf } from "../helpers/tableOf.js";

const statesOf = (told: readonly OpStatus[]) => told.map(({ state }) => state);

const STATES: readonly OpState[] = ["running", "paused", "terminated"];
const tell = { running: resume, paused: pause, terminated: terminate };

describe("OpTable.statusOf", () => {
  it("is running for an op that no signal was ever seen for", () => {
    const { table } = tableOf();
    expect(table.statusOf(OP)).to.deep.equal(running());
  });

  it("goes by the op's own signals, and shows the sequence of the one that decided", () => {
    const { table, send } = tableOf();
    send(pause(OP, 7n));
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "op", 7n));
    send(pause(OP, 8n));
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "op", 7n));
    send(resume(OP, 9n));
    expect(table.statusOf(OP).state).to.equal("running");
    send(terminate(OP, 3n));
    expect(table.statusOf(OP)).to.deep.equal(terminated(OP, "op", 3n));
    expect(table.statusOf(OTHER)).to.deep.equal(running(OTHER));
  });

  for (const watched of [false, true]) {
    describe(watched ? "while the op is watched" : "while nobody watches the op", () => {
      for (const own of STATES) {
        for (const agent of STATES) {
          for (const fleet of STATES) {
            const worst = STATES.findLast((state) => [own, agent, fleet].includes(state))!;
            const scope = own === worst ? "op" : agent === worst ? "agent" : "fleet";

            it(`is ${worst} by the ${scope} where op, agent and fleet are ${own}, ${agent} and ${fleet}`, () => {
              const { table, send } = tableOf();
              if (watched) record(table.watch(OP));
              // The narrowest first: a status of a terminated op does not change any more.
              send(tell[own](OP, 1n), tell[agent](AGENT, 2n), tell[fleet](FLEET, 3n));
              const sequence = worst === "running" ? 0n : { op: 1n, agent: 2n, fleet: 3n }[scope];
              expect(table.statusOf(OP)).to.deep.equal({ opId: OP, state: worst, scope, sequence });
            });
          }
        }
      }

      for (const first of [FLEET, AGENT, OP]) {
        it(`is terminated for good by a TERMINATE to ${first}, whatever comes after`, () => {
          const { table, send } = tableOf();
          if (watched) record(table.watch(OP));
          send(terminate(first, 2n ** 64n - 1n));
          for (const later of [FLEET, AGENT, OP]) {
            send(resume(later, 0n), pause(later, 1n), terminate(later, 2n), resume(later, 3n));
            expect(table.statusOf(OP).state).to.equal("terminated");
          }
        });

        it(`is lifted from the pause of ${first} by a RESUME to the same, and to no other`, () => {
          const { table, send } = tableOf();
          if (watched) record(table.watch(OP));
          send(pause(first));
          for (const other of [FLEET, AGENT, OP].filter((id) => id !== first)) {
            send(resume(other));
            expect(table.statusOf(OP).state).to.equal("paused");
          }
          send(resume(first));
          expect(table.statusOf(OP).state).to.equal("running");
        });
      }
    });
  }

  it("takes every agent:… id on the stream for our agent's", () => {
    const { table, send } = tableOf();
    send(pause("agent:by-another-name"));
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "agent"));
    send(resume(AGENT));
    expect(table.statusOf(OP)).to.deep.equal(running());
  });

  for (const watched of [false, true]) {
    it(`of the agent's id is its own and the fleet's, ${watched ? "watched" : "not watched"}`, () => {
      const { table, send } = tableOf();
      if (watched) record(table.watch(AGENT));
      expect(table.statusOf(AGENT)).to.deep.equal(running(AGENT, "agent"));
      send(pause(FLEET, 1n));
      expect(table.statusOf(AGENT)).to.deep.equal(paused(AGENT, "fleet", 1n));
      send(pause(AGENT, 2n));
      expect(table.statusOf(AGENT)).to.deep.equal(paused(AGENT, "agent", 2n));
      send(terminate(FLEET, 3n));
      expect(table.statusOf(AGENT)).to.deep.equal(terminated(AGENT, "fleet", 3n));
    });

    it(`of the fleet's id is its own alone, ${watched ? "watched" : "not watched"}`, () => {
      const { table, send } = tableOf();
      if (watched) record(table.watch(FLEET));
      expect(table.statusOf(FLEET)).to.deep.equal(running(FLEET, "fleet"));
      send(terminate(AGENT, 1n), pause(OP, 2n));
      expect(table.statusOf(FLEET)).to.deep.equal(running(FLEET, "fleet"));
      send(pause(FLEET, 3n));
      expect(table.statusOf(FLEET)).to.deep.equal(paused(FLEET, "fleet", 3n));
    });

    for (const opId of ["__proto__", "constructor", "toString", "a\nb", "\u0000", " ", ":", "x".repeat(8192)]) {
      const shown = JSON.stringify(opId.slice(0, 20));

      it(`has ${shown} (${opId.length} characters) for an op like any other, ${watched ? "watched" : "not watched"}`, () => {
        const { table, send } = tableOf();
        if (watched) record(table.watch(opId));
        expect(table.statusOf(opId)).to.deep.equal(running(opId));
        send(terminate(opId));
        expect(table.statusOf(opId)).to.deep.equal(terminated(opId));
        expect(table.statusOf(`${opId} `)).to.deep.equal(running(`${opId} `));
        expect(table.statusOf(OP)).to.deep.equal(running());
      });
    }
  }

  it("is the same before, while and after the op is watched", () => {
    for (const state of ["paused", "terminated"] as const) {
      const { table, send } = tableOf();
      send(tell[state](OP, 5n));
      const before = table.statusOf(OP);
      const { values, subscription } = record(table.watch(OP));
      expect(table.statusOf(OP)).to.deep.equal(before);
      subscription.unsubscribe();
      expect(table.statusOf(OP)).to.deep.equal(before);
      expect(values).to.deep.equal([before]);
    }
  });
});

describe("OpTable.ownStateOf", () => {
  for (const watched of [false, true]) {
    it(`is what the op was told itself, whatever wider scopes say${watched ? ", also while it is watched" : ""}`, () => {
      const { table, send } = tableOf();
      if (watched) record(table.watch(OP));
      expect(table.ownStateOf(OP)).to.equal("running");
      send(pause(AGENT), terminate(FLEET));
      expect(table.ownStateOf(OP)).to.equal("running");
      send(pause());
      expect(table.ownStateOf(OP)).to.equal("paused");
      send(terminate());
      expect([OP, OTHER].map((opId) => table.ownStateOf(opId))).to.deep.equal(["terminated", "running"]);
    });
  }

  it("is of a wider scope what that was told", () => {
    const { table, send } = tableOf();
    send(pause(AGENT), terminate(FLEET));
    expect([AGENT, FLEET].map((opId) => table.ownStateOf(opId))).to.deep.equal(["paused", "terminated"]);
  });
});

describe("OpTable.watch", () => {
  it("starts with the op's status now and tells every change of it", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" --P--R--P--T--", signals);
      const sub1 = "       ^-------------";
      const expected1 = "  r-p--r--p--t--";
      const sub2 = "       ---^-----!";
      const expected2 = "  ---p-r--p";
      const sub3 = "       -------------^";
      const expected3 = "  -------------t";

      const { table, send } = tableOf();
      source.subscribe(send);
      expectObservable(table.watch(OP), sub1).toBe(expected1, statuses);
      expectObservable(table.watch(OP), sub2).toBe(expected2, statuses);
      expectObservable(table.watch(OP), sub3).toBe(expected3, statuses);
    });
  });

  it("looks when it is subscribed, not when it is made", () => {
    const { table, send } = tableOf();
    const status$ = table.watch(OP);
    send(pause());
    expect(record(status$).values).to.deep.equal([paused()]);
  });

  it("tells nothing of what changes nothing", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" -R-P-P-R-R-T-T-P-R-", signals);
      const expected = "   r--p---r---t-------";

      const { table, send } = tableOf();
      source.subscribe(send);
      expectObservable(table.watch(OP)).toBe(expected, statuses);
    });
  });

  it("tells who decides now where the state stays the same", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" -f-a-o-O-A-F-", {
        f: pause(FLEET),
        a: pause(AGENT),
        o: pause(OP),
        O: resume(OP),
        A: resume(AGENT),
        F: resume(FLEET),
      });
      const expected = "   rf-a-o-a-f-r-";

      const { table, send } = tableOf();
      source.subscribe(send);
      expectObservable(table.watch(OP)).toBe(expected, {
        r: running(),
        f: paused(OP, "fleet"),
        a: paused(OP, "agent"),
        o: paused(OP, "op"),
      });
    });
  });

  it("tells of a terminated op nothing more, whoever terminates it again", () => {
    const { table, send } = tableOf();
    const { values } = record(table.watch(OP));
    send(terminate(FLEET, 1n), terminate(AGENT, 2n), terminate(OP, 3n), resume(FLEET), resume(AGENT), resume(OP));
    expect(values).to.deep.equal([running(), terminated(OP, "fleet", 1n)]);
    expect(table.statusOf(OP), "what is read is what was told").to.deep.equal(terminated(OP, "fleet", 1n));
  });

  it("stays open after terminated", () => {
    const { table, send } = tableOf();
    send(terminate());
    expect(record(table.watch(OP))).to.deep.include({ values: [terminated()], end: undefined });
  });

  it("tells the watchers of one op nothing of another", () => {
    const { table, send } = tableOf();
    const { values } = record(table.watch(OP));
    send(pause(OTHER), terminate(OTHER));
    expect(values).to.deep.equal([running()]);
  });

  it("tells all watchers of an op the same, in the order in which they came", () => {
    const { table, send } = tableOf();
    const told: string[] = [];
    for (const name of ["first", "second", "third"]) {
      table.watch(OP).subscribe(({ state }) => told.push(`${name} ${state}`));
    }
    told.length = 0;
    send(pause());
    expect(told).to.deep.equal(["first paused", "second paused", "third paused"]);
  });

  it("keeps nothing of an op that runs and that nobody watches any more", () => {
    const { table, send } = tableOf();
    const { subscription } = record(table.watch(OP));
    const other = record(table.watch(OP)).subscription;
    send(pause(), resume());
    expect(table.isTracked(OP)).to.be.true;
    subscription.unsubscribe();
    expect(table.isTracked(OP)).to.be.true;
    other.unsubscribe();
    expect(table.isTracked(OP)).to.be.false;
    expect([...table.trackedIds()]).to.be.empty;
  });

  it("lets go of an op whose only watcher had enough with its first status", () => {
    const { table } = tableOf();
    record(table.watch(OP).pipe(awaitOp()));
    record(table.watch(OP).pipe(take(0)));
    expect(table.isTracked(OP)).to.be.false;
  });

  it("lets go of an op whose only watcher threw at its first status", () => {
    const { table } = tableOf();
    subscribeThrowing(table.watch(OP), new Error("thrown past RxJS"));
    expect(table.isTracked(OP)).to.be.false;
    expect([...table.trackedIds()]).to.be.empty;
  });

  it("tells the others when one subscriber throws, and reports it", () => {
    const thrown = new Error("thrown past RxJS");
    const { table, send, thrown: reported } = tableOf();
    const before = record(table.watch(OP));
    subscribeThrowing(table.watch(OP), thrown, 1);
    subscribeThrowing(table.statuses$, thrown);
    const behind = record(table.watch(OP));
    const onlooker = record(table.statuses$);
    send(pause(), terminate(FLEET));
    expect(statesOf(before.values)).to.deep.equal(["running", "paused", "terminated"]);
    expect(behind.values).to.deep.equal(before.values);
    expect(onlooker.values.map(({ opId }) => opId)).to.deep.equal([OP, FLEET, OP]);
    expect(reported).to.have.ordered.members([thrown, thrown, thrown, thrown, thrown]);
  });
});

describe("OpTable.statuses$", () => {
  it("tells every change of every op, watched or not, and replays nothing", () => {
    testScheduler().run(({ hot, expectObservable }) => {
      const source = hot(" -a-b-c-d-", {
        a: pause(OP, 1n),
        b: terminate(OTHER, 2n),
        c: resume(OP, 3n),
        d: resume(OP, 4n),
      });
      const sub1 = "       ^---------";
      const expected1 = "  -a-b-c----";
      const sub2 = "       --^-------";
      const expected2 = "  ---b-c----";
      const told = { a: paused(OP, "op", 1n), b: terminated(OTHER, "op", 2n), c: running(OP, "op", 3n) };

      const { table, send } = tableOf();
      source.subscribe(send);
      record(table.watch(OP));
      expectObservable(table.statuses$, sub1).toBe(expected1, told);
      expectObservable(table.statuses$, sub2).toBe(expected2, told);
    });
  });

  for (const [id, scope] of [
    [FLEET, "fleet"],
    [AGENT, "agent"],
  ] as const) {
    it(`tells a change of ${id} as a status of that id, and then those of the watched ops that it changed`, () => {
      const { table, send } = tableOf();
      record(table.watch(OP));
      record(table.watch(OTHER));
      record(table.watch("terminated before"));
      send(terminate("terminated before"), pause("not watched"));
      const { values } = record(table.statuses$);
      send(pause(id, 5n));
      expect(values[0]).to.deep.equal(paused(id, scope, 5n));
      expect(values.slice(1)).to.have.deep.members([paused(OP, scope, 5n), paused(OTHER, scope, 5n)]);
    });

    it(`tells a change of ${id} once and first also where ${id} is watched itself, behind others`, () => {
      const { table, send } = tableOf();
      record(table.watch(OP));
      record(table.watch(id));
      const { values } = record(table.statuses$);
      send(terminate(id, 5n));
      expect(values).to.deep.equal([terminated(id, scope, 5n), terminated(OP, scope, 5n)]);
    });

    it(`tells of ${id} alone where nobody watches an op`, () => {
      const { table, send } = tableOf();
      send(pause(OTHER));
      const { values } = record(table.statuses$);
      send(pause(id), resume(id));
      expect(values).to.deep.equal([paused(id, scope), running(id, scope)]);
    });
  }

  it("tells of a watched agent's id that the fleet's change decides it", () => {
    const { table, send } = tableOf();
    record(table.watch(AGENT));
    const { values } = record(table.statuses$);
    send(pause(FLEET));
    expect(values).to.deep.equal([paused(FLEET, "fleet"), paused(AGENT, "fleet")]);
  });

  it("tells nothing of what changes no status: the fleet has terminated all already", () => {
    const { table, send } = tableOf();
    record(table.watch(OP));
    send(terminate(FLEET));
    const { values } = record(table.statuses$);
    send(pause(AGENT), terminate(AGENT), pause(OP), terminate(OP), pause(OTHER), terminate(OTHER), terminate(FLEET));
    expect(values).to.be.empty;
  });

  it("tells those who gate work before those who look on", () => {
    const { table, send } = tableOf();
    const told: string[] = [];
    table.statuses$.subscribe(({ opId }) => told.push(`statuses$ ${opId}`));
    table.watch(OP).subscribe(() => told.push("watcher"));
    told.length = 0;
    send(pause(FLEET));
    expect(told).to.deep.equal(["watcher", `statuses$ ${FLEET}`, `statuses$ ${OP}`]);
  });
});

describe("OpTable.ops$", () => {
  /** What the groups tell, as one list. */
  function recordGroups(table: ReturnType<typeof tableOf>["table"]): string[] {
    const told: string[] = [];
    table.ops$.subscribe({
      next: (group) => {
        told.push(`${group.key} opens`);
        group.subscribe({
          next: ({ state, scope }) => told.push(`${group.key} ${state} by ${scope}`),
          error: () => told.push(`${group.key} errors`),
          complete: () => told.push(`${group.key} completes`),
        });
      },
      error: () => told.push("errors"),
      complete: () => told.push("completes"),
    });
    return told;
  }

  it("opens a group when an op is told to pause, and completes it when that is resumed", () => {
    const { table, send } = tableOf();
    const told = recordGroups(table);
    send(resume(), pause(), resume());
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused by op`, `${OP} running by op`, `${OP} completes`]);
  });

  it("opens a group when an op is watched, and completes it when nobody watches any more", () => {
    const { table } = tableOf();
    const told = recordGroups(table);
    const first = record(table.watch(OP)).subscription;
    const second = record(table.watch(OP)).subscription;
    first.unsubscribe();
    expect(told).to.deep.equal([`${OP} opens`, `${OP} running by op`]);
    second.unsubscribe();
    expect(told).to.deep.equal([`${OP} opens`, `${OP} running by op`, `${OP} completes`]);
  });

  it("keeps the group of an op that is told to pause while it is watched, and let go while it is paused", () => {
    const { table, send } = tableOf();
    const told = recordGroups(table);
    const { subscription } = record(table.watch(OP));
    send(pause());
    subscription.unsubscribe();
    record(table.watch(OP)).subscription.unsubscribe();
    send(terminate());
    expect(told).to.deep.equal([`${OP} opens`, `${OP} running by op`, `${OP} paused by op`, `${OP} terminated by op`]);
  });

  it("tells a wider scope's change in a group of its reserved id and in every open group", () => {
    const { table, send } = tableOf();
    record(table.watch(OP));
    send(terminate(OTHER));
    const told = recordGroups(table);
    told.length = 0;
    send(pause(FLEET), resume(FLEET));
    expect(told.filter((line) => line.startsWith(FLEET))).to.deep.equal([
      `${FLEET} opens`,
      `${FLEET} paused by fleet`,
      `${FLEET} running by fleet`,
      `${FLEET} completes`,
    ]);
    expect(told.filter((line) => line.startsWith(OP))).to.deep.equal([`${OP} paused by fleet`, `${OP} running by op`]);
    expect(told.filter((line) => line.startsWith(OTHER))).to.be.empty;
  });

  it("gives a late subscriber the groups that are open, with their latest", () => {
    const { table, send } = tableOf();
    send(pause(OP), terminate(OTHER), pause("resumed"), resume("resumed"), pause(AGENT), terminate(FLEET));
    const { subscription } = record(table.watch("watched"));
    record(table.watch("let go")).subscription.unsubscribe();
    const told = recordGroups(table);
    expect(told.filter((line) => line.endsWith("opens"))).to.have.members(
      [FLEET, AGENT, OP, OTHER, "watched"].map((id) => `${id} opens`),
    );
    expect(told).to.include.members([`${OP} terminated by fleet`, `${OTHER} terminated by op`]);
    subscription.unsubscribe();
    const late = recordGroups(table);
    expect(late.filter((line) => line.endsWith("opens"))).to.have.members(
      [FLEET, AGENT, OP, OTHER].map((id) => `${id} opens`),
    );
  });

  it("gives a late subscriber the group of the fleet, no agent's id having come yet", () => {
    const { table, send } = tableOf();
    send(pause(FLEET));
    expect(recordGroups(table)).to.deep.equal([`${FLEET} opens`, `${FLEET} paused by fleet`]);
  });

  it("opens no second group for a signal to the agent by another name that changes nothing", () => {
    const { table, send } = tableOf();
    const told = recordGroups(table);
    send(pause(AGENT), pause("agent:by-another-name"));
    expect(told).to.deep.equal([`${AGENT} opens`, `${AGENT} paused by agent`]);
    expect(recordGroups(table)).to.deep.equal([`${AGENT} opens`, `${AGENT} paused by agent`]);
  });

  it("completes the group of a terminated op that had to be forgotten, and never tells that it runs", () => {
    const { table, send } = tableOf(1);
    const told = recordGroups(table);
    send(terminate(OP), terminate(OTHER));
    expect(told.filter((line) => line.startsWith(OP))).to.deep.equal([
      `${OP} opens`,
      `${OP} terminated by op`,
      `${OP} completes`,
    ]);
  });

  it("completes the group of an op that had to be forgotten for one that nobody watches any more", () => {
    const { table, send } = tableOf(1);
    const told = recordGroups(table);
    send(terminate(OP));
    const { subscription } = record(table.watch(OTHER));
    send(terminate(OTHER));
    expect(told).not.to.include(`${OP} completes`);
    subscription.unsubscribe();
    expect(told).to.include(`${OP} completes`);
    expect(told).not.to.include(`${OTHER} completes`);
  });

  it("completes with every group when the table does", () => {
    const { table, send } = tableOf();
    const told = recordGroups(table);
    send(pause());
    table.complete();
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused by op`, `${OP} completes`, "completes"]);
    expect(recordGroups(table)).to.deep.equal(["completes"]);
  });

  it("errors with every group when the table fails", () => {
    const { table, send } = tableOf();
    const told = recordGroups(table);
    send(pause());
    table.fail(new Error("the channel has failed"));
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused by op`, `${OP} errors`, "errors"]);
    expect(recordGroups(table)).to.deep.equal(["errors"]);
  });
});

describe("OpTable at its bound", () => {
  it("forgets the op that has been terminated longest and that nobody watches, and says so", () => {
    const { table, send, diagnostics } = tableOf(2);
    record(table.watch("watched"));
    send(terminate("watched"), terminate("a"), terminate("b"), terminate("c"));
    expect(table.statusOf("watched").state).to.equal("terminated");
    expect(table.statusOf("b").state).to.equal("terminated");
    expect(table.statusOf("c").state).to.equal("terminated");
    expect(table.isTracked("a")).to.be.false;
    expect(diagnostics).to.deep.equal([{ kind: "evicted", opId: "a", count: 1 }]);
  });

  it("counts an op as terminated from its first TERMINATE on", () => {
    const { send, diagnostics } = tableOf(2);
    send(terminate("a"), terminate("b"), terminate("a"), terminate("c"));
    expect(diagnostics).to.deep.equal([{ kind: "evicted", opId: "a", count: 1 }]);
  });

  it("does not count what is watched, until it is let go", () => {
    const { table, send, diagnostics } = tableOf(1);
    const { subscription } = record(table.watch("a"));
    send(terminate("a"), terminate("b"));
    expect(diagnostics).to.be.empty;
    subscription.unsubscribe();
    expect(diagnostics).to.deep.equal([{ kind: "evicted", opId: "b", count: 1 }]);
    expect(table.statusOf("a").state).to.equal("terminated");
  });

  it("does not count what is watched from when on it is watched", () => {
    const { table, send, diagnostics } = tableOf(1);
    send(terminate("a"));
    record(table.watch("a"));
    send(terminate("b"));
    expect(diagnostics).to.be.empty;
    expect(table.statusOf("a").state).to.equal("terminated");
  });

  it("counts neither the agent nor the fleet, which are never forgotten", () => {
    const { table, send, diagnostics } = tableOf(1);
    send(terminate(OP), terminate(AGENT), terminate(FLEET));
    for (const id of [AGENT, FLEET]) record(table.watch(id)).subscription.unsubscribe();
    expect(diagnostics).to.be.empty;
    expect([...table.trackedIds()]).to.have.members([OP, AGENT, FLEET]);
  });

  it("keeps a paused op paused, however many ops are told of", () => {
    const { table, send } = tableOf(10);
    send(pause(OP));
    for (let op = 0; op < 1000; op++) send(terminate(`terminated ${op}`), pause(`paused ${op}`));
    expect(table.statusOf(OP).state).to.equal("paused");
    expect(table.statusOf("paused 999").state).to.equal("paused");
    expect([...table.trackedIds()]).to.have.length.at.most(10);
  });

  it("fails closed once it is full of paused ops: whoever it does not know is paused, and it says so once", () => {
    const { table, send, diagnostics } = tableOf(2);
    send(pause("a"), pause("b"), pause("c"), pause("d"));
    expect(table.statusOf("never heard of")).to.deep.equal(paused("never heard of", "channel"));
    expect(record(table.watch("never heard of")).values).to.deep.equal([paused("never heard of", "channel")]);
    expect(diagnostics).to.deep.equal([{ kind: "saturated", maxTrackedOps: 2 }]);
  });

  it("tells of an op that nobody watches what it keeps of it, and nothing that it has no room for", () => {
    const { table, send } = tableOf(1);
    const { values } = record(table.statuses$);
    send(pause("a", 1n), resume("a", 2n));
    expect(values.splice(0)).to.deep.equal([paused("a", "op", 1n), running("a")]);
    send(pause("b", 3n), pause("c", 4n), resume("d", 5n));
    expect(values.splice(0).at(-1)).to.deep.equal(running("d", "op", 5n));
    send(pause("e", 6n));
    expect(values).to.be.empty;
    expect(table.statusOf("e")).to.deep.equal(paused("e", "channel"));
  });

  it("lets run who is resumed by name then, before and after it is watched", () => {
    const { table, send } = tableOf(2);
    send(pause("a"), pause("b"), pause("c"));
    const { values, subscription } = record(table.watch("d"));
    send(resume("d", 5n));
    expect(values).to.deep.equal([paused("d", "channel"), running("d", "op", 5n)]);
    subscription.unsubscribe();
    expect(table.statusOf("d")).to.deep.equal(running("d", "op", 5n));
    send(resume("e", 6n));
    expect(table.statusOf("e")).to.deep.equal(running("e", "op", 6n));
  });

  it("goes on letting run who was watched before that", () => {
    const { table, send } = tableOf(2);
    const { values, subscription } = record(table.watch(OP));
    send(pause("a"), pause("b"), pause("c"));
    expect(values).to.deep.equal([running()]);
    subscription.unsubscribe();
    expect(table.statusOf(OP).state).to.equal("running");
  });

  it("does not forget a TERMINATE in the moment in which it tells of it, although it is full of paused ops", () => {
    const { table, send } = tableOf(1);
    send(pause(OTHER));
    const seen: OpState[] = [];
    table.statuses$.subscribe(({ opId }) => seen.push(table.statusOf(opId).state));
    send(terminate(OP));
    expect(seen).to.deep.equal(["terminated"]);
    expect(table.statusOf(OP).state).to.equal("terminated");
  });

  it("tells of no op that it runs while it counts as paused, although it is full of terminated ones", () => {
    const { table, send } = tableOf(1);
    send(pause("a"), pause("b"), terminate("c"));
    const told: OpStatus[] = [];
    const seen: OpStatus[] = [];
    table.statuses$.subscribe((status) => {
      told.push(status);
      seen.push(table.statusOf(status.opId));
    });
    send(terminate("d"), resume("a"));
    expect(statesOf(told)).to.deep.equal(statesOf(seen));
  });
});

describe("OpTable.holdAll", () => {
  it("pauses every op, in the scope of the channel, and lifts that again", () => {
    const { table } = tableOf();
    const watched = record(table.watch(OP));
    table.holdAll(true);
    for (const opId of [OP, OTHER, AGENT, FLEET]) {
      expect(table.statusOf(opId)).to.deep.equal(paused(opId, "channel"));
    }
    table.holdAll(false);
    for (const opId of [OP, OTHER, AGENT, FLEET]) expect(table.statusOf(opId).state).to.equal("running");
    expect(watched.values.map(({ state, scope }) => `${state} by ${scope}`)).to.deep.equal([
      "running by op",
      "paused by channel",
      "running by op",
    ]);
  });

  it("changes nothing for an op that is paused or terminated by anybody else", () => {
    const { table, send } = tableOf();
    send(pause("paused:", 1n), terminate("killed:", 2n));
    const watched = ["paused:", "killed:"].map((opId) => record(table.watch(opId)));
    table.holdAll(true);
    table.holdAll(false);
    expect(watched.map(({ values }) => values)).to.deep.equal([
      [paused("paused:", "op", 1n)],
      [terminated("killed:", "op", 2n)],
    ]);
  });

  it("takes signals meanwhile, and shows what they have come to when it is lifted", () => {
    const { table, send } = tableOf();
    const watched = record(table.watch(OP));
    table.holdAll(true);
    send(pause(OP, 1n));
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "op", 1n));
    send(resume(OP, 2n));
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "channel"));
    send(pause(FLEET, 3n));
    table.holdAll(false);
    expect(table.statusOf(OP)).to.deep.equal(paused(OP, "fleet", 3n));
    expect(statesOf(watched.values)).to.deep.equal(["running", "paused", "paused", "paused", "paused"]);
  });

  it("terminates at once what is terminated meanwhile", () => {
    const { table, send } = tableOf();
    table.holdAll(true);
    const waiting = record(table.watch(OP).pipe(awaitOp()));
    send(terminate(OP));
    expect(waiting.end).to.be.instanceOf(Error).with.property("name", "OpTerminatedError");
    expect(table.statusOf(OTHER).state).to.equal("paused");
  });

  it("tells on statuses$ of the watched ops whose status it changed, and once", () => {
    const { table, send } = tableOf();
    send(pause("paused:"));
    record(table.watch(OP));
    record(table.watch("paused:"));
    const told = record(table.statuses$);
    table.holdAll(true);
    table.holdAll(true);
    table.holdAll(false);
    table.holdAll(false);
    expect(told.values).to.deep.equal([paused(OP, "channel"), running(OP)]);
  });

  it("tells the groups that are open, watched or not", () => {
    const { table, send } = tableOf();
    send(pause("paused:"), resume("paused:"), pause(OP), terminate(OTHER));
    const told: string[] = [];
    table.ops$.subscribe((group) => group.subscribe(({ state, scope }) => told.push(`${group.key} ${state} ${scope}`)));
    told.length = 0;
    record(table.watch("watched:"));
    table.holdAll(true);
    table.holdAll(false);
    expect(told).to.deep.equal(["watched: running op", "watched: paused channel", "watched: running op"]);
  });

  it("has nothing to say once the table has ended, but is remembered", () => {
    const { table } = tableOf();
    const told = record(table.watch(OP));
    table.complete();
    table.holdAll(true);
    expect(told.values).to.deep.equal([running(OP)]);
    expect(record(table.watch(OP)).values).to.deep.equal([paused(OP, "channel")]);
  });

  it("holds 200,000 watched ops without running out of stack", () => {
    const { table } = tableOf();
    for (let index = 0; index < 200_000; index++) table.watch(`op:${index}`).subscribe();
    table.holdAll(true);
    expect(table.statusOf("op:199999").state).to.equal("paused");
  });
});

describe("OpTable.fail", () => {
  const failure = new Error("the channel has failed");

  it("errors every stream, and whoever comes later", () => {
    const { table, send } = tableOf();
    send(pause(OTHER));
    const watchers = [record(table.watch(OP)), record(table.watch(OTHER)), record(table.statuses$), record(table.ops$)];
    table.fail(failure);
    watchers.push(record(table.statuses$), record(table.ops$));
    for (const { end } of watchers) expect(end).to.equal(failure);
  });

  for (const opId of [OP, OTHER]) {
    it(`emits nothing that could be taken for leave to run to one who comes later, of ${opId}`, () => {
      const { table, send } = tableOf();
      send(pause(OTHER));
      table.fail(failure);
      expect(record(table.watch(opId))).to.deep.include({ values: [], end: failure });
    });
  }

  for (const id of [OP, AGENT, FLEET]) {
    it(`still reports to one who comes later that ${id} was terminated`, () => {
      const { table, send } = tableOf();
      send(terminate(id));
      table.fail(failure);
      const { values, end } = record(table.watch(OP));
      expect(statesOf(values)).to.deep.equal(["terminated"]);
      expect(end).to.equal(failure);
    });
  }

  it("forgets nothing: what was paused or terminated is so afterwards", () => {
    const { table, send } = tableOf();
    record(table.watch(OP));
    send(terminate(OP), pause(OTHER));
    table.fail(failure);
    expect(table.statusOf(OP)).to.deep.equal(terminated());
    expect(table.statusOf(OTHER)).to.deep.equal(paused(OTHER));
  });

  it("gives one who comes while it is told nothing that could be taken for leave to run", () => {
    const { table } = tableOf();
    const late: unknown[] = [];
    let group: GroupedObservable<string, OpStatus> | undefined;
    table.ops$.pipe(take(1)).subscribe((opened) => {
      group = opened;
    });
    table.watch(OP).subscribe({
      error: () => {
        for (const source$ of [table.watch(OP), table.watch(OTHER), group!]) {
          source$.subscribe({ next: (status) => late.push(status), error: (error: unknown) => late.push(error) });
        }
      },
    });
    record(table.watch(OTHER));
    table.fail(failure);
    expect(late).to.deep.equal([failure, failure, failure]);
  });

  it("is the end, whatever else is said of it afterwards", () => {
    const { table } = tableOf();
    const watcher = record(table.watch(OP));
    table.fail(failure);
    table.complete();
    expect(watcher.end).to.equal(failure);
    expect(record(table.watch(OP)).end).to.equal(failure);
    expect(record(table.ops$).end).to.equal(failure);
  });
});

describe("OpTable.complete", () => {
  it("completes every stream, and whoever comes later gets the last status first", () => {
    const { table, send } = tableOf();
    const watcher = record(table.watch(OP));
    const onlooker = record(table.statuses$);
    send(pause(OP), terminate(OTHER));
    table.complete();
    expect(watcher).to.deep.include({ values: [running(), paused()], end: "completed" });
    expect(onlooker.end).to.equal("completed");
    expect(record(table.statuses$)).to.deep.include({ values: [], end: "completed" });
    expect(record(table.watch(OP))).to.deep.include({ values: [paused()], end: "completed" });
    expect(record(table.watch(OTHER))).to.deep.include({ values: [terminated(OTHER)], end: "completed" });
    expect(record(table.watch("never heard of"))).to.deep.include({ end: "completed" });
  });

  it("forgets nothing: what was paused or terminated is so afterwards", () => {
    const { table, send } = tableOf();
    record(table.watch(OP));
    send(terminate(OP), pause(OTHER), pause(FLEET));
    table.complete();
    expect(table.statusOf(OP)).to.deep.equal(terminated());
    expect(table.statusOf(OTHER)).to.deep.equal(paused(OTHER));
    expect(table.statusOf("never heard of").state).to.equal("paused");
  });

  it("holds on to no watcher", () => {
    const { table } = tableOf();
    record(table.watch(OP));
    table.complete();
    record(table.watch(OP));
    expect(table.isTracked(OP)).to.be.false;
  });

  it("is the end, whatever else is said of it afterwards", () => {
    const { table } = tableOf();
    table.complete();
    table.fail(new Error("too late"));
    expect(record(table.watch(OP)).end).to.equal("completed");
    expect(record(table.ops$).end).to.equal("completed");
  });
});

describe("OpTable, when a subscriber acts on what it is told", () => {
  it("tells everyone of the PAUSE before anyone of the TERMINATE that one of them reacts with", () => {
    const { table, send } = tableOf();
    const before = record(table.watch(OP));
    table.watch(OP).subscribe(({ state }) => {
      if (state === "paused") send(terminate());
    });
    const behind = record(table.watch(OP));
    const onlooker = record(table.statuses$);
    send(pause());
    expect(statesOf(before.values)).to.deep.equal(["running", "paused", "terminated"]);
    expect(behind.values).to.deep.equal(before.values);
    expect(onlooker.values).to.deep.equal([paused(), terminated()]);
  });

  it("has the new status before anyone is told of it", () => {
    const { table, send } = tableOf();
    const seen: OpStatus[] = [];
    const look = () => {
      seen.push(table.statusOf(OP));
    };
    table.watch(OP).subscribe(look);
    table.statuses$.subscribe(look);
    seen.length = 0;
    send(pause());
    expect(seen).to.deep.equal([paused(), paused()]);
  });

  it("starts one who subscribes meanwhile with the new status, and tells it that once", () => {
    const { table, send } = tableOf();
    const late: OpStatus[] = [];
    table
      .watch(OP)
      .pipe(take(2))
      .subscribe(({ state }) => {
        if (state === "paused") table.watch(OP).subscribe((status) => late.push(status));
      });
    send(pause());
    expect(late).to.deep.equal([paused()]);
    send(resume());
    expect(late).to.deep.equal([paused(), running()]);
  });

  for (const watched of [false, true]) {
    it(`starts one who subscribes to another ${watched ? "watched" : "unwatched"} op with the fleet's change, once`, () => {
      const { table, send } = tableOf();
      const late: OpStatus[] = [];
      let seen: OpStatus | undefined;
      table
        .watch(OP)
        .pipe(take(2))
        .subscribe(({ state }) => {
          if (state !== "paused") return;
          seen = table.statusOf(OTHER);
          table.watch(OTHER).subscribe((status) => late.push(status));
        });
      const behind = watched ? record(table.watch(OTHER)) : undefined;
      send(pause(FLEET));
      expect(seen).to.deep.equal(paused(OTHER, "fleet"));
      expect(late).to.deep.equal([seen]);
      if (behind) expect(behind.values).to.deep.equal([running(OTHER), seen]);
    });
  }

  it("tells one who subscribes to statuses$ meanwhile nothing of the change that is being told", () => {
    const { table, send } = tableOf();
    const late: OpStatus[] = [];
    table
      .watch(OP)
      .pipe(take(2))
      .subscribe(({ state }) => {
        if (state === "paused") table.statuses$.subscribe((status) => late.push(status));
      });
    record(table.statuses$);
    send(pause(FLEET));
    expect(late).to.be.empty;
    send(terminate(OTHER));
    expect(late).to.deep.equal([terminated(OTHER)]);
  });

  it("has the status of this moment at hand on each status stream, also before its turn to be told", () => {
    const { table, send } = tableOf();
    const other$ = table.watch(OTHER);
    const seen: OpStatus[] = [];
    table.watch(OP).subscribe(() => seen.push(other$.value));
    record(other$);
    send(pause(FLEET), terminate(OTHER));
    expect(seen).to.deep.equal([running(OTHER), paused(OTHER, "fleet")]);
    expect(other$.value).to.deep.equal(terminated(OTHER));
  });

  it("lets nobody run who asks meanwhile", () => {
    for (const [signal, id] of [
      [pause, OP],
      [pause, FLEET],
      [terminate, AGENT],
    ] as const) {
      const { table, send } = tableOf();
      record(table.watch(OTHER));
      const allowed: OpStatus[] = [];
      table.watch(OP).subscribe(({ state }) => {
        if (state === "running") return;
        for (const asked of id === OP ? [OP] : [OP, OTHER]) {
          table
            .watch(asked)
            .pipe(awaitOp())
            .subscribe({ next: (status) => allowed.push(status), error: () => undefined });
        }
      });
      send(signal(id));
      expect(allowed).to.be.empty;
    }
  });

  it("tells one no more whom another has unsubscribed", () => {
    const { table, send } = tableOf();
    const behind = new Subscription();
    table.watch(OP).subscribe(({ state }) => {
      if (state === "paused") behind.unsubscribe();
    });
    const told: OpStatus[] = [];
    behind.add(table.watch(OP).subscribe((status) => told.push(status)));
    behind.add(table.watch(OTHER).subscribe((status) => told.push(status)));
    send(pause(FLEET));
    expect(told).to.deep.equal([running(OP), running(OTHER)]);
    expect(table.isTracked(OTHER)).to.be.false;
    expect(table.statusOf(OTHER)).to.deep.equal(paused(OTHER, "fleet"));
  });

  it("starts afresh with one who subscribes to an op whose last watcher has just been unsubscribed", () => {
    const { table, send } = tableOf();
    const other = new Subscription();
    const late: OpStatus[] = [];
    table
      .watch(OP)
      .pipe(take(2))
      .subscribe(({ state }) => {
        if (state !== "paused") return;
        other.unsubscribe();
        table.watch(OTHER).subscribe((status) => late.push(status));
      });
    other.add(table.watch(OTHER).subscribe());
    send(pause(FLEET), resume(FLEET), terminate(OTHER));
    expect(late).to.deep.equal([paused(OTHER, "fleet"), running(OTHER), terminated(OTHER)]);
  });

  it("remembers the TERMINATE that makes the last watcher leave", () => {
    const { table, send } = tableOf();
    table
      .watch(OP)
      .pipe(awaitOp())
      .subscribe({ error: () => undefined });
    const left = record(table.watch(OP).pipe(take(2)));
    send(terminate());
    expect(statesOf(left.values)).to.deep.equal(["running", "terminated"]);
    expect(table.statusOf(OP)).to.deep.equal(terminated());
  });

  for (const [who, subscribe] of [
    ["a watcher", (table: ReturnType<typeof tableOf>["table"]) => table.watch(OP)],
    ["one who looks on", (table: ReturnType<typeof tableOf>["table"]) => table.statuses$],
  ] as const) {
    for (const id of [OP, FLEET]) {
      it(`starts one who subscribes to a group meanwhile with the status that ${who} was told, after ${id}`, () => {
        const { table, send } = tableOf();
        const groups = record(table.ops$);
        record(table.watch(OP));
        const seen: OpStatus[] = [];
        subscribe(table).subscribe(({ state }) => {
          if (state === "paused") groups.values[0]!.pipe(take(1)).subscribe((status) => seen.push(status));
        });
        send(pause(id));
        expect(seen).not.to.be.empty;
        expect(statesOf(seen)).not.to.include("running");
      });
    }
  }
});
