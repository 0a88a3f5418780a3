import type { OpState } from "../../lib/index.js";

/** What an agent tells of itself, in the order in which it happens. */
export type Report =
  /** Its op's state, also the one it begins with. */
  | { readonly type: "state"; readonly state: OpState }
  /** It has done a step of its work. */
  | { readonly type: "step" }
  /** One of its jobs was terminated. */
  | { readonly type: "terminated"; readonly job: string };
