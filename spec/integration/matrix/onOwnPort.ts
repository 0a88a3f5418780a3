/** Below those that a machine gives out by itself: what lets go of one for a moment is to find it free again. */
const FIRST = 20_000;
const LAST = 32_000;

let next = FIRST + Math.floor(Math.random() * (LAST - FIRST));

/** Starts something on a port that nobody is given by chance. */
export async function onOwnPort<T>(start: (port: number) => Promise<T>): Promise<T> {
  for (;;) {
    next = next < LAST ? next + 1 : FIRST;
    try {
      return await start(next);
    } catch (error) {
      if (!String(error).includes("EADDRINUSE")) throw error;
    }
  }
}
