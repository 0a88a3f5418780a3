import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 1_000;
const EVERY_MS = 50;

/**
 * Listens anew on a port that was let go, also where somebody else was given it meanwhile: the machine gives a free one
 * to any connection that goes out, and most are short. Gives up after a second.
 *
 * @internal
 */
export async function rebind<T>(port: number, listen: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (const startedMs = performance.now(); ;) {
    try {
      return await listen();
    } catch (error) {
      // Some only quote it: grpc-js, and a process that tells another.
      if (!String(error).includes("EADDRINUSE")) throw error;
      if (performance.now() - startedMs >= PATIENCE_MS) {
        throw new Error(`port ${port} is still somebody else's after ${PATIENCE_MS} ms: ${String(error)}`, {
          cause: error,
        });
      }
    }
    await sleep(EVERY_MS, undefined, { signal });
  }
}
