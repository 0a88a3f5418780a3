import type { Diagnostic } from "../../lib/Diagnostic.js";
import type { OpControlMessage } from "../../lib/opStatus.js";
import { firstInFirstOut } from "../../lib/ops/firstInFirstOut.js";
import { OpTable } from "../../lib/ops/OpTable.js";

/** A table with what it reports, fed through a queue as the subscriber feeds it. */
export function tableOf(maxTrackedOps = 1000) {
  const diagnostics: Diagnostic[] = [];
  const thrown: unknown[] = [];
  const table = new OpTable(
    maxTrackedOps,
    (diagnostic) => diagnostics.push(diagnostic),
    (error) => thrown.push(error),
  );
  const apply = firstInFirstOut<OpControlMessage>((message) => {
    table.apply(message);
  });
  const send = (...messages: OpControlMessage[]) => {
    messages.forEach(apply);
  };
  return { table, send, diagnostics, thrown };
}
