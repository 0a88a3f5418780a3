/** Not a bound that is promised, but the end of patience; a machine that is busy elsewhere takes its time. */
const PATIENCE_MS = 15_000;

/** Waits for what must come about, and says what has not. */
export async function within<T>(promise: Promise<T>, what: () => string, patienceMs = PATIENCE_MS): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const impatience = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`never came about: ${what()}`)), patienceMs);
  });
  try {
    return await Promise.race([promise, impatience]);
  } finally {
    clearTimeout(timer);
  }
}
