import type { ProcessId } from "../process/descendants.js";

/** What a guardian is told: whom to guard, and that there is nobody any more. */
export type ToGuardian = { readonly type: "guard"; readonly root: ProcessId } | { readonly type: "dismissed" };

/** What a guardian tells: that it is there. */
export interface FromGuardian {
  readonly type: "armed";
}
