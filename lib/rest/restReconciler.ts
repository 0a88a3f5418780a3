import type { Reconcile } from "../options.js";
import { isUntouched } from "./isUntouched.js";
import { OpsClient, type OpsClientOptions } from "./OpsClient.js";

/**
 * Asks the gateway's API server what it knows of its ops (`GET /api/v1/ops`): what the option `reconcile` takes.
 *
 * Each call rejects with an `OpsApiError` where the server refuses or does not answer in time. It lists the ops of all its
 * agents, so those of others that are paused or terminated count towards `maxTrackedOps` as ours do.
 *
 * An op that runs since it was registered is left out, for nobody has resumed it: a gateway that was started anew, where
 * the op was registered again, would lift a pause else that nobody has lifted.
 *
 * @example
 * ```ts
 * import { OpControlSubscriber, restReconciler } from "rx-op-control";
 *
 * const control = OpControlSubscriber.connect("127.0.0.1:50051", {
 *   agentId: "agent-7",
 *   reconcile: restReconciler({ apiUrl: "http://127.0.0.1:7700" }),
 * });
 * control.close();
 * ```
 *
 * @throws TypeError naming the option that is wrong.
 */
export function restReconciler(options: OpsClientOptions): Reconcile {
  const client = new OpsClient(options);
  return async (signal) => {
    const records = await client.list({ signal });
    return records.filter((record) => !isUntouched(record));
  };
}
