import { setTimeout } from "node:timers/promises";
import { config } from "rxjs";

/**
 * Collects what RxJS reports as unhandled, in the place of an uncaught exception, for each test of a suite. RxJS reports
 * on a later macrotask: `await reported(n)` waits for the nth report.
 */
export function collectUnhandledErrors(): {
  readonly errors: readonly unknown[];
  reported(count: number): Promise<void>;
} {
  const before = config.onUnhandledError;
  const errors: unknown[] = [];
  let onReport = (): void => undefined;

  beforeEach(() => {
    errors.length = 0;
    config.onUnhandledError = (error) => {
      errors.push(error);
      onReport();
    };
  });

  afterEach(async () => {
    await setTimeout();
    config.onUnhandledError = before;
  });

  return {
    errors,
    reported: (count) =>
      new Promise((resolve) => {
        onReport = () => {
          if (errors.length >= count) resolve();
        };
        onReport();
      }),
  };
}
