import { expect } from "chai";
import type { GroupedObservable } from "rxjs";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { statusNow } from "../../lib/operators/stateNow.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { OpGroups } from "../../lib/ops/OpGroups.js";
import { OP, OTHER, paused, running, terminated } from "../helpers/opControl.js";
import { record, type Recording } from "../helpers/record.js";
import { subscribeThrowing } from "../helpers/subscribeThrowing.js";

const neverThrown = (thrown: unknown) => expect.fail(`thrown: ${String(thrown)}`);

/** A table as the groups see it: the statuses that it tracks. */
class Table {
  readonly tracked = new Map<string, OpStatus>();
  readonly groups: OpGroups;

  constructor(onThrow: (thrown: unknown) => void = neverThrown) {
    this.groups = new OpGroups(this, onThrow);
  }

  isTracked(opId: string): boolean {
    return this.tracked.has(opId);
  }

  trackedIds(): Iterable<string> {
    return this.tracked.keys();
  }

  statusOf(opId: string): OpStatus {
    return this.tracked.get(opId) ?? running(opId);
  }

  track(...statuses: OpStatus[]): void {
    for (const status of statuses) {
      this.tracked.set(status.opId, status);
      this.groups.sync(status.opId);
    }
  }

  /** The wider scope's change: every status first, then all of the groups. */
  change(...statuses: OpStatus[]): void {
    for (const status of statuses) this.tracked.set(status.opId, status);
    this.groups.prepare(this.groups.openIds())();
  }

  letGo(opId: string): void {
    this.tracked.delete(opId);
    this.groups.sync(opId);
  }
}

/** Every group that is told from now on, with what it tells. */
function recordGroups(groups: OpGroups): Recording<GroupedObservable<string, OpStatus>> & Record<"told", string[]> {
  const told: string[] = [];
  const recording = record(groups.asObservable());
  groups.asObservable().subscribe({
    next: (group) => {
      told.push(`${group.key} opens`);
      group.subscribe({
        next: ({ state }) => told.push(`${group.key} ${state}`),
        error: () => told.push(`${group.key} errors`),
        complete: () => told.push(`${group.key} completes`),
      });
    },
    error: () => told.push("errors"),
    complete: () => told.push("completes"),
  });
  return Object.assign(recording, { told });
}

describe("OpGroups", () => {
  const failure = new Error("the channel has failed");

  it("opens a group when an op becomes tracked, and starts it with the op's status", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(paused(OP));
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`]);
  });

  it("tells every change in the op's group, and that alone", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(running(OP), running(OTHER), paused(OP), terminated(OP));
    expect(told.filter((line) => line.startsWith(OP))).to.deep.equal([
      `${OP} opens`,
      `${OP} running`,
      `${OP} paused`,
      `${OP} terminated`,
    ]);
    expect(told.filter((line) => line.startsWith(OTHER))).to.deep.equal([`${OTHER} opens`, `${OTHER} running`]);
  });

  it("tells no status twice", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(paused(OP), paused(OP, "op", 5n));
    table.change();
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`]);
  });

  it("tells the last status and completes the group when the op is let go", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(paused(OP));
    table.letGo(OP);
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`, `${OP} running`, `${OP} completes`]);
  });

  it("never tells of a terminated op that it runs again when that is let go", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(terminated(OP));
    table.letGo(OP);
    expect(told).to.deep.equal([`${OP} opens`, `${OP} terminated`, `${OP} completes`]);
  });

  it("opens another group when the op comes back", () => {
    const table = new Table();
    const { values, told } = recordGroups(table.groups);
    table.track(running(OP));
    table.letGo(OP);
    table.track(paused(OP));
    expect(told.slice(-2)).to.deep.equal([`${OP} opens`, `${OP} paused`]);
    expect(values).to.have.lengthOf(2);
    expect(values[0]).not.to.equal(values[1]);
  });

  it("knows the ops that were tracked before anyone asked", () => {
    const table = new Table();
    table.track(paused(OP), terminated(OTHER));
    const { told } = recordGroups(table.groups);
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`, `${OTHER} opens`, `${OTHER} terminated`]);
  });

  it("gives a late subscriber the groups that are open, as they are, and none that is closed", () => {
    const table = new Table();
    const early = record(table.groups.asObservable());
    table.track(running(OP), paused(OTHER));
    table.letGo(OP);
    const late = record(table.groups.asObservable());
    expect(late.values.map(({ key }) => key)).to.deep.equal([OTHER]);
    expect(late.values[0]).to.equal(early.values[1]);
    expect(record(late.values[0]!).values).to.deep.equal([paused(OTHER)]);
  });

  it("starts one who subscribes to an open group late with its latest status", () => {
    const table = new Table();
    const { values } = record(table.groups.asObservable());
    table.track(running(OP), paused(OP));
    expect(record(values[0]!)).to.deep.include({ values: [paused(OP)], end: undefined });
  });

  it("goes on while nobody is subscribed", () => {
    const table = new Table();
    const first = record(table.groups.asObservable());
    table.track(running(OP), running(OTHER));
    first.subscription.unsubscribe();
    table.track(paused(OP));
    table.letGo(OTHER);
    const { told } = recordGroups(table.groups);
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`]);
  });

  it("brings all of them up at once", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(running(OP), running(OTHER));
    table.change(paused(OP, "fleet"), paused(OTHER, "fleet"));
    expect(told.slice(-2)).to.deep.equal([`${OP} paused`, `${OTHER} paused`]);
  });

  it("completes the groups and then itself, and opens none after that", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(paused(OP));
    table.groups.prepareComplete()();
    table.track(paused(OTHER));
    expect([...table.groups.openIds()]).to.be.empty;
    expect(told.slice(2)).to.deep.equal([`${OP} completes`, "completes"]);
    expect(record(table.groups.asObservable())).to.deep.include({ values: [], end: "completed" });
  });

  it("fails the groups and then itself, and opens none after that", () => {
    const table = new Table();
    const { told } = recordGroups(table.groups);
    table.track(paused(OP));
    table.groups.prepareError(failure)();
    table.track(paused(OTHER));
    expect([...table.groups.openIds()]).to.be.empty;
    expect(told.slice(2)).to.deep.equal([`${OP} errors`, "errors"]);
    expect(record(table.groups.asObservable())).to.deep.include({ values: [], end: failure });
  });

  it("still tells of a terminated op that it is, to one who comes after the failure, and of no other", () => {
    const table = new Table();
    const { values } = record(table.groups.asObservable());
    table.track(terminated(OP), running(OTHER));
    table.groups.prepareError(failure)();
    expect(record(values[0]!)).to.deep.include({ values: [terminated(OP)], end: failure });
    expect(record(values[1]!)).to.deep.include({ values: [], end: failure });
  });

  describe("prepare", () => {
    it("takes the statuses over at once, and tells of them when asked to", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      const { told } = recordGroups(table.groups);
      table.track(running(OP));
      table.tracked.set(OP, paused(OP));
      const tell = table.groups.prepare([OP]);
      expect(record(values[0]!).values).to.deep.equal([paused(OP)]);
      expect(told).to.deep.equal([`${OP} opens`, `${OP} running`]);
      tell();
      expect(told).to.deep.equal([`${OP} opens`, `${OP} running`, `${OP} paused`]);
    });

    it("has the status of this moment at hand in the group, also before it is told", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      table.track(running(OP));
      expect(statusNow(values[0]!)).to.deep.equal(running(OP));
      table.tracked.set(OP, paused(OP));
      table.groups.prepare([OP]);
      expect(statusNow(values[0]!)).to.deep.equal(paused(OP));
    });

    it("has the groups open and closed at once, for those who come before it is told", () => {
      const table = new Table();
      table.track(running(OP));
      const early = record(table.groups.asObservable());
      table.tracked.clear();
      table.tracked.set(OTHER, paused(OTHER));
      const tell = table.groups.prepare([OP, OTHER]);
      const late = record(table.groups.asObservable());
      expect([...table.groups.openIds()]).to.deep.equal([OTHER]);
      expect(record(early.values[0]!).end).to.equal("completed");
      expect(early.values).to.have.lengthOf(1);
      tell();
      expect(early.values.map(({ key }) => key)).to.deep.equal([OP, OTHER]);
      expect(late.values.map(({ key }) => key)).to.deep.equal([OTHER]);
    });

    it("does nothing until somebody has asked for the groups", () => {
      const table = new Table();
      table.track(running(OP));
      expect([...table.groups.openIds()]).to.be.empty;
    });

    it("has everything ended at once, for those who come before the end is told", () => {
      const table = new Table();
      const { values, told } = recordGroups(table.groups);
      table.track(running(OP));
      const tell = table.groups.prepareError(failure);
      expect(record(values[0]!)).to.deep.include({ values: [], end: failure });
      expect(record(table.groups.asObservable())).to.deep.include({ values: [], end: failure });
      expect(told).to.deep.equal([`${OP} opens`, `${OP} running`]);
      tell();
      expect(told.slice(2)).to.deep.equal([`${OP} errors`, "errors"]);
    });
  });

  it("serves the others when one subscriber throws, and reports it", () => {
    const thrown = new Error("thrown past RxJS");
    const reported: unknown[] = [];
    const table = new Table((error) => reported.push(error));
    subscribeThrowing(table.groups.asObservable(), thrown);
    const { told } = recordGroups(table.groups);
    table.track(paused(OP));
    expect(told).to.deep.equal([`${OP} opens`, `${OP} paused`]);
    expect(reported).to.have.ordered.members([thrown]);
  });

  describe("when a subscriber acts on what it is told", () => {
    it("tells of an op that becomes tracked meanwhile, once", () => {
      const table = new Table();
      const opened: string[] = [];
      table.groups.asObservable().subscribe(({ key }) => {
        opened.push(key);
        if (key === OP) table.track(paused(OTHER));
      });
      table.track(paused(OP));
      expect(opened).to.deep.equal([OP, OTHER]);
    });

    it("tells one who comes late of an op that becomes tracked meanwhile, once", () => {
      const table = new Table();
      table.track(paused(OP));
      const opened: string[] = [];
      table.groups.asObservable().subscribe(({ key }) => {
        opened.push(key);
        if (key === OP) table.track(paused(OTHER));
      });
      expect(opened).to.deep.equal([OP, OTHER]);
    });

    it("opens a new group for an op that is tracked again when its group completes", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      table.track(paused(OP));
      values[0]!.subscribe({ complete: () => table.track(paused(OP)) });
      table.letGo(OP);
      expect(values).to.have.lengthOf(2);
      expect(record(values[1]!)).to.deep.include({ values: [paused(OP)], end: undefined });
    });

    it("has an open group for an op that is tracked again when it is told of its last status", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      table.track(paused(OP));
      values[0]!.subscribe(({ state }) => {
        if (state === "running") table.track(running(OP));
      });
      table.letGo(OP);
      expect(record(values.at(-1)!)).to.deep.include({ values: [running(OP)], end: undefined });
    });

    it("starts one who subscribes to a group meanwhile with the status that the table has", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      table.track(running(OP), running(OTHER));
      const seen: OpStatus[] = [];
      values[0]!.subscribe(({ state }) => {
        if (state === "paused") seen.push(...record(values[1]!).values);
      });
      table.change(paused(OP, "fleet"), paused(OTHER, "fleet"));
      expect(seen).to.deep.equal([paused(OTHER, "fleet")]);
    });

    it("lets nobody through a group of an op that is paused by then", () => {
      const table = new Table();
      const { values } = record(table.groups.asObservable());
      table.track(running(OP), running(OTHER));
      const allowed: OpStatus[] = [];
      values[0]!.subscribe(({ state }) => {
        if (state === "paused") values[1]!.pipe(awaitOp()).subscribe((status) => allowed.push(status));
      });
      table.change(paused(OP, "fleet"), paused(OTHER, "fleet"));
      expect(allowed).to.be.empty;
    });
  });
});
