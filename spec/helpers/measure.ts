import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How much processor time it takes, in milliseconds; unlike the clock's, it does not grow when others are busy too. */
export function processorMs(run: () => void): number {
  const start = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** The heap that is in use after a garbage collection, in MB. */
export function usedHeapMb(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

export function collectGarbage(): void {
  (globalThis.gc ?? exposedGc())();
}

/** For a process that was not started with `--expose-gc`. */
function exposedGc(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
