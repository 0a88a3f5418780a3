import { diag } from "@opentelemetry/api";
import { describeError } from "../printable.js";

/**
 * Does what must change nothing, whatever becomes of it: what it throws is told to OpenTelemetry's own diagnostics.
 *
 * @internal
 */
export function quietly(act: () => void): void {
  try {
    act();
  } catch (thrown) {
    diag.error(`rx-op-control: a metric could not be told: ${describeError(thrown)}`);
  }
}
