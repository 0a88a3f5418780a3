import { monitorEventLoopDelay } from "node:perf_hooks";
import { expect } from "chai";
import { FLEET, OP } from "../../helpers/opControl.js";
import { usedHeapMb } from "../../helpers/measure.js";
import { describeWithNats, hasMultipleFilters } from "../../helpers/NatsServer.js";
import { Bus, connectTo, first } from "./bus.js";

const NANOS_PER_MS = 1e6;

describeWithNats("A bus under load", function () {
  this.timeout(60_000);

  let bus: Bus;

  beforeEach(async () => {
    bus = await Bus.start();
  });

  afterEach(() => bus[Symbol.asyncDispose]());

  it("brings one halt to 1,000 agents that share a connection", async () => {
    const connection = await connectTo(bus.server.address);
    const heapMb = usedHeapMb();
    const agents = Array.from({ length: 1_000 }, (_, index) =>
      bus.agent({ connection, agentId: `agent-${index}`, heartbeatMs: 5_000, connectTimeoutMs: 30_000, reconnect: {} }),
    );
    const openedAt = performance.now();
    await Promise.all(agents.map((control) => control.ready()));
    const openMs = performance.now() - openedAt;
    const mbPerAgent = (usedHeapMb() - heapMb) / agents.length;
    expect(await bus.consumers()).to.equal(agents.length * (hasMultipleFilters ? 1 : 2));
    const halted = Promise.all(agents.map((control) => first(control.status(OP), ({ state }) => state === "paused")));
    const haltedAt = performance.now();
    await bus.publish(FLEET, "PAUSE", null);
    await halted;
    const haltMs = performance.now() - haltedAt;
    for (const control of agents) control.close();
    await connection.close();
    if (process.env["OP_CONTROL_FIGURES"]) console.log({ openMs, mbPerAgent, haltMs });
    // Far above what it takes, for a machine that is busy with other things.
    expect(haltMs).to.be.lessThan(5_000);
    expect(mbPerAgent).to.be.lessThan(0.4);
  });

  it("replays 50,000 signals without standing still and without keeping them", async () => {
    const signals = Array.from(
      { length: 50_000 },
      (_, index) => [`op:${index % 100}`, index % 2 === 0 ? "PAUSE" : "RESUME"] as const,
    );
    await bus.publishMany(signals);
    await bus.publish(OP, "TERMINATE");
    const heapMb = usedHeapMb();
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    let taken = 0;
    let takenBefore = 0;
    let mostInATurn = 0;
    const turn = (): void => {
      mostInATurn = Math.max(mostInATurn, taken - takenBefore);
      takenBefore = taken;
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    const openedAt = performance.now();
    using control = bus.agent();
    control.signals$.subscribe(() => taken++);
    await control.ready();
    const replayMs = performance.now() - openedAt;
    delays.disable();
    clearImmediate(turning);
    const keptMb = usedHeapMb() - heapMb;
    if (process.env["OP_CONTROL_FIGURES"]) {
      console.log({ replayMs, mostInATurn, p99Ms: delays.percentile(99) / NANOS_PER_MS, keptMb });
    }
    expect(control.isTerminated(OP)).to.be.true;
    expect(taken).to.equal(25_000 + 50 + 1);
    expect(keptMb).to.be.lessThan(5);
    // However slow the machine: other things have their turn.
    expect(mostInATurn).to.be.greaterThan(0).and.lessThan(1_000);
  });
});
