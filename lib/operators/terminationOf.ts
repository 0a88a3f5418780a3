import { OpTerminatedError } from "../errors.js";
import type { OpStatus } from "../opStatus.js";

/**
 * The error by which whoever has to do with an op is told of its termination.
 *
 * It has no stack frames. They would tell how the signal came in, which is always the same, and not where the op was
 * waited for; to note them took 8 us for each of 100,000 waiters, more than all the rest together.
 *
 * @internal
 */
export function terminationOf({ opId, scope }: OpStatus): OpTerminatedError {
  const { stackTraceLimit } = Error;
  // It cannot be set where a host has frozen what is built in, and then the frames are there.
  Reflect.set(Error, "stackTraceLimit", 0);
  const error = new OpTerminatedError(opId, scope);
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return error;
}
