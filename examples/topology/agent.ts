// One agent: works by steps at an op of its own, and takes signals from its gateway and from the bus.
import { interval } from "rxjs";
import { dropWhilePaused, gatewaySignals, mergeSources, OpControlSubscriber } from "../../lib/index.js";
import { jetStreamSignals } from "../../lib/nats/index.js";
import type { Report } from "./report.js";

const [agentId = "", gateway = "", bus = ""] = process.argv.slice(2);
const agent = { orgId: "acme", teamId: "fleet", agentId };
const STEP_MS = 100;

const tell = (report: Report): void => {
  process.send?.(report);
};
/** Nobody can say any more whether the agent may work. */
const fail = (error: Error): void => {
  console.error(`${agentId}: ${error.message}`);
  process.exit(4);
};
process.once("disconnect", () => process.exit());

const control = OpControlSubscriber.from(
  mergeSources(gatewaySignals(gateway, agent), jetStreamSignals({ servers: bus, ...agent })),
);
await control.ready();

const op = `${agentId}:work`;
control.status(op).subscribe({
  next: ({ state }) => {
    tell({ type: "state", state });
  },
  error: fail,
});
control.signals$.subscribe({
  next: ({ opId, signal }) => {
    if (opId.startsWith("job:") && signal === "TERMINATE") tell({ type: "terminated", job: opId });
  },
  error: fail,
});
interval(STEP_MS)
  .pipe(dropWhilePaused(control.status(op)))
  .subscribe({
    next: () => {
      tell({ type: "step" });
    },
    // That it was terminated is told by its status.
    error: () => undefined,
  });
