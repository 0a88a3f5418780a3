import { fromEvent, merge } from "rxjs";
import { rethrow } from "../rethrow.js";
import { signalsToUs } from "./signalsToUs.js";

/**
 * Does something during which no signal does to us what it does by default.
 *
 * A command is started and governed in this: Ctrl-C between the two would end the governor and leave the command to its
 * guardian.
 */
export async function whileSignalsAreOurs<T>(work: () => Promise<T>): Promise<T> {
  const subscription = merge(signalsToUs(), fromEvent(process, "SIGTSTP")).subscribe({ error: rethrow });
  try {
    return await work();
  } finally {
    subscription.unsubscribe();
  }
}
