import { type RunHelpers, TestScheduler } from "rxjs/testing";
import { marbleMatcher } from "../../lib/testing/marbleMatcher.js";
import { opMarbles } from "../../lib/testing/opMarbles.js";
import { OP } from "./opControl.js";

/** Draws what a gate of `OP` does, in virtual time; errors are compared by their own fields too. */
export function gateMarbles(draw: (helpers: RunHelpers & ReturnType<typeof opMarbles>) => void): void {
  new TestScheduler(marbleMatcher).run((helpers) => {
    draw({ ...helpers, ...opMarbles(helpers, { opId: OP }) });
  });
}
