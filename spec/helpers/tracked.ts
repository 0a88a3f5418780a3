import type { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { record } from "./record.js";

/** The ops that the subscriber keeps anything of: those that are watched, or were told to pause or terminate. */
export function trackedBy(control: OpControlSubscriber): string[] {
  const groups = record(control.ops$);
  groups.subscription.unsubscribe();
  return groups.values.map(({ key }) => key);
}
