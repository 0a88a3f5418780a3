import type { EventType, RunErrorEvent } from "@ag-ui/client";
import { type AssemblyError, HoldOverflowError, OpTerminatedError } from "../errors.js";

/** The `code` of the RUN_ERROR by which a run ends that may not go on. */
export type RunStopCode = (typeof codes)[keyof typeof codes];

const codes = {
  terminated: "OP_TERMINATED",
  unavailable: "OP_CONTROL_UNAVAILABLE",
  overflow: "OP_HOLD_OVERFLOW",
} as const;

const stopCodes: readonly unknown[] = Object.values(codes);

/**
 * The event by which a run ends that may not go on. It says what the error does, which is fit to be shown.
 *
 * @internal
 */
export function runError(error: AssemblyError): RunErrorEvent {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum would be all there is to load of AG-UI
  return { type: "RUN_ERROR" as EventType.RUN_ERROR, message: error.message, code: codeOf(error) };
}

/**
 * Whether an event of that kind is one of ours.
 *
 * @internal
 */
export function isStop({ code }: Pick<RunErrorEvent, "code">): boolean {
  return stopCodes.includes(code);
}

function codeOf(error: AssemblyError): RunStopCode {
  if (error instanceof OpTerminatedError) return codes.terminated;
  return error instanceof HoldOverflowError ? codes.overflow : codes.unavailable;
}
