import { signal } from "@preact/signals";
import { ScopeKey } from "../../BoardEvent.js";

/** The lane that is reached by Tab; the arrow keys make it another. */
export const activeKey = signal<number>(ScopeKey.fleet);
