import { setImmediate as nextTurn } from "node:timers/promises";

/** The names of what the process warns of while the work is done. */
export async function warningsDuring(work: () => unknown): Promise<string[]> {
  const names: string[] = [];
  const listen = ({ name }: Error): void => {
    names.push(name);
  };
  process.on("warning", listen);
  try {
    await work();
    // A warning is told on the next tick.
    await nextTurn();
  } finally {
    process.off("warning", listen);
  }
  return names;
}
