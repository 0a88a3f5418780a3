import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** How long it takes, in milliseconds. */
export function elapsedMs(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

/** The heap that is in use after a garbage collection, in MB. */
export function usedHeapMb(): number {
  const collectGarbage = globalThis.gc ?? exposedGc();
  collectGarbage();
  return process.memoryUsage().heapUsed / 1e6;
}

/** For a process that was not started with `--expose-gc`. */
function exposedGc(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
