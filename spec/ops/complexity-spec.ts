import { expect } from "chai";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { AgingMap } from "../../lib/ops/AgingMap.js";
import { OpMemory } from "../../lib/ops/OpMemory.js";
import { FLEET, OP, pause, resume, terminate } from "../helpers/opControl.js";
import { processorMs, usedHeapMb } from "../helpers/measure.js";
import { tableOf } from "../helpers/tableOf.js";

/** What ten times as much may take: ten times as long is linear, a hundred times is quadratic. */
const FACTOR = 25;

/** Below this a time says more about the machine than about the work. */
const LEAST_MS = 10;

/** A garbage collection can spoil a measurement; work that is quadratic spoils all of them. */
const ATTEMPTS = 4;

function expectLinear<T>(prepare: (size: number) => T, run: (prepared: T) => void, size = 10_000): void {
  const measure = (size: number) => {
    const prepared = prepare(size);
    return processorMs(() => run(prepared));
  };
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least >= FACTOR; attempt++) {
    const small = Math.max(measure(size), LEAST_MS);
    least = Math.min(least, measure(10 * size) / small);
  }
  expect(least, `${10 * size} took this many times the work of ${size}`).to.be.below(FACTOR);
}

const opIds = (size: number) => Array.from({ length: size }, (_, op) => `4bf92f35:${op}`);

describe("The work of the per-op table grows with what there is to do, and no faster", function () {
  this.timeout(60_000);

  it("when a RESUME releases all who wait for one op", () => {
    expectLinear(
      (size) => {
        const { table, send } = tableOf();
        send(pause());
        let released = 0;
        const waiter$ = table.watch(OP).pipe(awaitOp());
        for (let waiter = 0; waiter < size; waiter++) waiter$.subscribe(() => released++);
        return { table, send, size, released: () => released };
      },
      ({ table, send, size, released }) => {
        send(resume());
        expect(released()).to.equal(size);
        expect(table.isTracked(OP)).to.be.false;
      },
    );
  });

  it("when those who wait for one op leave one by one, the first first", () => {
    expectLinear(
      (size) => {
        const { table, send } = tableOf();
        send(pause());
        const waiters = Array.from({ length: size }, () => table.watch(OP).subscribe());
        return { table, waiters };
      },
      ({ waiters }) => {
        for (const waiter of waiters) waiter.unsubscribe();
      },
    );
  });

  it("when the fleet is paused and resumed over many watched ops", () => {
    expectLinear(
      (size) => {
        const { table, send } = tableOf();
        let told = 0;
        for (const opId of opIds(size)) table.watch(opId).subscribe(() => told++);
        return { send, told: () => told, size };
      },
      ({ send, told, size }) => {
        send(pause(FLEET), resume(FLEET));
        expect(told()).to.equal(3 * size);
      },
      4_000,
    );
  });

  it("when groups close one by one among those that stay open", () => {
    expectLinear(
      (size) => {
        const { table, send } = tableOf(Infinity);
        const ops = opIds(size);
        send(...ops.map((opId) => pause(opId)));
        let open = 0;
        table.ops$.subscribe((group) => {
          open++;
          group.subscribe({ complete: () => open-- });
        });
        expect(open).to.equal(size);
        return { resumes: ops.map((opId) => resume(opId)), send, open: () => open };
      },
      ({ resumes, send, open }) => {
        send(...resumes);
        expect(open()).to.equal(0);
      },
      4_000,
    );
  });

  it("when the memory is full and forgets one op for each that it is told of", () => {
    expectLinear(
      (size) => {
        const memory = new OpMemory(size, () => undefined);
        for (const opId of opIds(size)) memory.set(opId, { state: "terminated", scope: "op", sequence: 0n });
        return { memory, further: opIds(size).map((opId) => `further ${opId}`) };
      },
      ({ memory, further }) => {
        for (const opId of further) memory.set(opId, { state: "terminated", scope: "op", sequence: 0n });
        expect(memory.opIds()).to.have.lengthOf(further.length);
      },
    );
  });

  it("when a map gives up its oldest, one after the other", () => {
    expectLinear(
      (size) => new AgingMap(Array.from({ length: size }, (_, key) => [key, ""])),
      (map) => {
        while (map.removeOldest() !== undefined);
        expect(map.size).to.equal(0);
      },
      20_000,
    );
  });

  it("when a map gives up its oldest while younger keys come and go", () => {
    expectLinear(
      (size) => ({ map: new AgingMap(Array.from({ length: size }, (_, key) => [key, ""])), size }),
      ({ map, size }) => {
        for (let key = size; key < 2 * size; key++) {
          map.set(key, "");
          map.set(-key, "");
          map.delete(-key);
          map.removeOldest();
        }
        expect(map.size).to.equal(size);
      },
    );
  });
});

describe("The memory of the per-op table stays where it is", function () {
  this.timeout(60_000);

  /** What 200,000 distinct ops may leave behind: less than 20 bytes each. */
  const MAX_GROWTH_MB = 4;
  const ROUNDS = 200_000;

  for (const [what, live] of [
    ["are paused and resumed", (opId: string, { send }: ReturnType<typeof tableOf>) => send(pause(opId), resume(opId))],
    [
      "are watched and let go",
      (opId: string, { table }: ReturnType<typeof tableOf>) => table.watch(opId).subscribe().unsubscribe(),
    ],
    [
      "are watched, paused, let go and resumed",
      (opId: string, { table, send }: ReturnType<typeof tableOf>) => {
        const subscription = table.watch(opId).subscribe();
        send(pause(opId));
        subscription.unsubscribe();
        send(resume(opId));
      },
    ],
  ] as const) {
    for (const standing of [0, 1]) {
      it(`when ${ROUNDS} ops ${what}, beside ${standing || "none"} that stays paused and terminated each`, () => {
        const subject = tableOf();
        const { table, send } = subject;
        for (let op = 0; op < standing; op++) send(pause(`paused ${op}`), terminate(`terminated ${op}`));
        for (let op = 0; op < 1000; op++) live(`warm-up ${op}`, subject);
        const before = usedHeapMb();
        for (let op = 0; op < ROUNDS; op++) live(`4bf92f35:${op}`, subject);
        const growth = usedHeapMb() - before;
        expect([...table.trackedIds()]).to.have.lengthOf(2 * standing);
        expect(growth, "MB").to.be.below(MAX_GROWTH_MB);
      });
    }
  }

  it(`when ${ROUNDS} ops are terminated, of which it may remember 1000`, () => {
    const { table, send, diagnostics } = tableOf(1000);
    for (let op = 0; op < 2000; op++) send(terminate(`warm-up ${op}`));
    const before = usedHeapMb();
    for (let op = 0; op < ROUNDS; op++) send(terminate(`4bf92f35:${op}`));
    expect(diagnostics.splice(0)).to.have.lengthOf(ROUNDS + 1000);
    const growth = usedHeapMb() - before;
    expect([...table.trackedIds()]).to.have.lengthOf(1000);
    expect(growth, "MB").to.be.below(MAX_GROWTH_MB);
  });

  it(`when ${ROUNDS} keys come and go in a map that has given up its oldest before`, () => {
    const map = new AgingMap([
      ["first", ""],
      ["second", ""],
    ]);
    expect(map.removeOldest()).to.equal("first");
    const before = usedHeapMb();
    for (let key = 0; key < ROUNDS; key++) {
      map.set(`4bf92f35:${key}`, "");
      map.delete(`4bf92f35:${key}`);
    }
    const growth = usedHeapMb() - before;
    expect(map.removeOldest()).to.equal("second");
    expect(growth, "MB").to.be.below(MAX_GROWTH_MB);
  });
});
