import { expect } from "chai";
import { take } from "rxjs";
import type { OpState, OpStatus } from "../../lib/opStatus.js";
import { AGENT, FLEET, OP, OTHER, pause, resume, terminate } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";
import { tableOf } from "../helpers/tableOf.js";

const tracked = (counts: Partial<Record<OpState, number>>) => ({ running: 0, paused: 0, terminated: 0, ...counts });

describe("OpTable.census", () => {
  it("counts nothing where nothing is tracked", () => {
    expect(tableOf().table.census()).to.deep.equal({ tracked: tracked({}), waiters: 0 });
  });

  it("counts the ops that were told something and those that are watched, each once", () => {
    const { table, send } = tableOf();
    send(pause("a:"), pause("b:"), terminate("c:"), pause("d:"), resume("d:"));
    record(table.watch("a:"));
    record(table.watch("e:"));

    expect(table.census().tracked).to.deep.equal(tracked({ running: 1, paused: 2, terminated: 1 }));
  });

  it("counts as many as trackedIds names, and by the state that statusOf gives, whatever wider scopes say", () => {
    for (const wider of [[], [pause(AGENT)], [pause(FLEET)], [terminate(FLEET)], [terminate(AGENT), pause(FLEET)]]) {
      const { table, send } = tableOf();
      send(pause("a:"), terminate("b:"), pause("c:"), ...wider);
      for (const opId of ["c:", "d:", FLEET]) record(table.watch(opId));
      const states = [...table.trackedIds()]
        .filter((opId) => opId !== FLEET && opId !== AGENT)
        .map((opId) => table.statusOf(opId).state);
      const counts = tracked({});
      for (const state of states) counts[state]++;

      expect(states).to.have.lengthOf(4);
      expect(table.census().tracked).to.deep.equal(counts);
    }
  });

  it("counts a pause of the channel's for what it is", () => {
    const { table, send } = tableOf();
    send(terminate("b:"));
    record(table.watch(OP));
    table.holdAll(true);

    expect(table.census()).to.deep.equal({ tracked: tracked({ paused: 1, terminated: 1 }), waiters: 1 });
  });

  it("counts as waiters who is subscribed to what is paused, until it goes on or they leave", () => {
    const { table, send } = tableOf();
    const [first] = [OP, OP, OP, OTHER].map((opId) => record(table.watch(opId)));
    const waiters = (): number => table.census().waiters;

    expect(waiters()).to.equal(0);
    send(pause(OP));
    expect(waiters()).to.equal(3);
    first?.subscription.unsubscribe();
    expect(waiters()).to.equal(2);
    send(pause(FLEET));
    expect(waiters()).to.equal(3);
    send(resume(FLEET), resume(OP));
    expect(waiters()).to.equal(0);
    send(terminate(OP));
    expect(waiters()).to.equal(0);
  });
});

describe("OpTable.reached$", () => {
  it("tells how many subscribers a pause and a terminate reach, as they happen", () => {
    const { table, send } = tableOf();
    const { values } = record(table.reached$);
    for (const opId of [OP, OP, OTHER]) record(table.watch(opId));

    send(pause(OP), resume(OP), pause(FLEET), terminate(OP), terminate(FLEET));

    expect(values).to.deep.equal([
      { state: "paused", subscribers: 2 },
      { state: "paused", subscribers: 2 },
      { state: "paused", subscribers: 1 },
      { state: "terminated", subscribers: 2 },
      { state: "terminated", subscribers: 1 },
    ]);
  });

  it("tells of nobody where nobody is subscribed", () => {
    const { table, send } = tableOf();
    const { values } = record(table.reached$);
    send(pause(OP), terminate(OTHER), terminate(FLEET));

    expect(values).to.deep.equal([]);
  });

  it("tells of whoever subscribes to what is paused or terminated already, and only then", () => {
    const { table, send } = tableOf();
    const { values } = record(table.reached$);
    send(pause(OP), terminate(OTHER));
    for (const opId of [OP, OTHER, "running:"]) record(table.watch(opId));

    expect(values).to.deep.equal([
      { state: "paused", subscribers: 1 },
      { state: "terminated", subscribers: 1 },
    ]);
  });

  it("does not tell again that one is paused by somebody else as well", () => {
    const { table, send } = tableOf();
    const { values } = record(table.reached$);
    record(table.watch(OP));

    send(pause(AGENT), pause(OP), pause(FLEET), resume(AGENT), resume(FLEET), resume(OP));

    expect(values).to.deep.equal([{ state: "paused", subscribers: 1 }]);
  });

  it("tells after those whom it is about, and no less where one of them leaves", () => {
    const { table, send } = tableOf();
    const order: string[] = [];
    table.reached$.subscribe(({ subscribers }) => order.push(`reached ${subscribers}`));
    const note = ({ state }: OpStatus): void => void order.push(state);
    table.watch(OP).subscribe(note);
    table.watch(OP).pipe(take(2)).subscribe(note);

    send(terminate(OP));

    expect(order).to.deep.equal(["running", "running", "terminated", "terminated", "reached 2"]);
  });

  it("completes at the end, also where that is a failure, and tells of nobody after it", () => {
    for (const end of ["complete", "fail"] as const) {
      const { table, send } = tableOf();
      const told = record(table.reached$);
      send(terminate(OP));
      table[end](new Error("over"));
      record(table.watch(OP));

      expect(told).to.deep.include({ values: [], end: "completed" });
      expect(record(table.reached$).end).to.equal("completed");
    }
  });
});
