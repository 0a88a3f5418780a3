import { expect } from "chai";
import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayProcess } from "../helpers/GatewayProcess.js";
import { collectEverything } from "../helpers/garbage.js";
import { connectTo } from "../helpers/gateways.js";
import { usedHeapMb } from "../helpers/measure.js";
import { OP } from "../helpers/opControl.js";
import { record } from "../helpers/record.js";

/** Cycles before the heap is looked at: until then code is compiled and pools are filled. */
const WARM_UP = 800;
/** `npm run leak` makes 20,000 of it. */
const CYCLES = Number(process.env["OP_CONTROL_CYCLES"] ?? 900);
const SAMPLES = 12;
/** Over by themselves in a turn or two. */
const PASSING = new Set(["Immediate", "SimpleShutdownWrap"]);
/** A heap of 20 MB is never twice the same by some 100 kB, so of few cycles less can be said. */
const MOST_BYTES_PER_CYCLE = CYCLES < 20_000 ? 512 : 64;

/** A subscriber with everything that people use, from construction to close. */
async function cycle(gateway: GatewayProcess): Promise<void> {
  const control = connectTo(gateway, {
    reconnect: {},
    maxStreamAgeMs: 60_000,
    whenStale: { then: "hold", graceMs: 60_000 },
  });
  record(control.status(OP));
  record(control.connection$);
  record(control.diagnostics$);
  control.abortSignal(OP);
  await control.ready();
  control.close();
}

async function cycles(gateway: GatewayProcess, count: number): Promise<void> {
  for (let done = 0; done < count; done++) await cycle(gateway);
  await gateway.subscribed(0);
}

/** How steep the line is that lies closest to the points. */
function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return covariance / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

const descriptors = () => readdirSync("/proc/self/fd").length;

function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

/** What is open once what is about to end has ended. */
async function open(): Promise<readonly unknown[]> {
  const resources = () => process.getActiveResourcesInfo().filter((type) => !PASSING.has(type)).length;
  for (let before = Infinity; resources() < before;) {
    before = resources();
    await sleep(50);
  }
  return [descriptors(), listeners(), resources()];
}

describe("Subscribing and closing, again and again,", function () {
  this.timeout(600_000);

  it("leaves neither memory nor a descriptor, a timer, a socket or a listener behind", async () => {
    await using gateway = await GatewayProcess.start();
    await cycles(gateway, WARM_UP);
    const before = await open();
    const heap: [number, number][] = [];
    for (let sample = 0; sample < SAMPLES; sample++) {
      await cycles(gateway, CYCLES / SAMPLES);
      await collectEverything();
      heap.push([((sample + 1) * CYCLES) / SAMPLES, usedHeapMb() * 1e6]);
    }
    const told = heap.map(([cycle, bytes]) => `${cycle}: ${Math.round(bytes)}`).join("\n");
    expect(await open()).to.deep.equal(before);
    expect(slope(heap), `bytes of heap after so many cycles:\n${told}`).to.be.lessThan(MOST_BYTES_PER_CYCLE);
  });
});
