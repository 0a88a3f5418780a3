import type { MonoTypeOperatorFunction, Observable } from "rxjs";
import { OpTerminatedError } from "../../lib/errors.js";
import { OpControlSubscriber } from "../../lib/OpControlSubscriber.js";
import { awaitOp } from "../../lib/operators/awaitOp.js";
import { dropWhilePaused } from "../../lib/operators/dropWhilePaused.js";
import { failOnTerminate } from "../../lib/operators/failOnTerminate.js";
import { holdByOp } from "../../lib/operators/holdByOp.js";
import { holdWhilePaused } from "../../lib/operators/holdWhilePaused.js";
import type { OpStatus } from "../../lib/opStatus.js";
import { opMarbles } from "../../lib/testing/opMarbles.js";
import { OP, OTHER } from "../helpers/opControl.js";
import type { Diagram, DrawnCase } from "./Diagram.js";

const error = new OpTerminatedError(OP, "op");

/**
 * Every operator in one picture: what is drawn here is what a spec holds the operator to (spec/docs/marbles-spec.ts), what
 * its docstring shows, and what `npm run docs:marbles` makes an SVG of.
 */
export const diagrams: readonly Diagram[] = [
  {
    name: "awaitOp",
    call: "awaitOp()",
    description:
      "awaitOp: it emits once and completes when the op runs, errors when the op is terminated, and completes without emitting when the statuses end",
    cases: [waiting("p--r--", "---(r|)"), waiting("p-t", "--#"), waiting("p--|", "---|")],
  },
  {
    name: "holdWhilePaused",
    call: "holdWhilePaused(status$)",
    description:
      "holdWhilePaused: values that come during a pause are held, and pass in their order when the op is resumed",
    cases: [gating(holdWhilePaused, "-a-b-c-|", "r-p-----r--", "-a------(bc|)")],
  },
  {
    name: "dropWhilePaused",
    call: "dropWhilePaused(status$)",
    description: "dropWhilePaused: values that come during a pause are dropped",
    cases: [gating(dropWhilePaused, "-a-b-c-d-e-|", "r-p---r-----", "-a-----d-e-|")],
  },
  {
    name: "failOnTerminate",
    call: "failOnTerminate(status$)",
    description: "failOnTerminate: values pass during a pause, and a terminate is an error at once",
    cases: [gating(failOnTerminate, "-a-b-c-d-", "r-p---t--", "-a-b-c#")],
  },
  {
    name: "holdByOp",
    call: "holdByOp(control, opIdOf)",
    description: "holdByOp: the values of a paused op are held until it is resumed, while those of another op pass",
    cases: [
      {
        inputs: [
          { title: "source", marbles: "-a-x-b-y---z-" },
          { title: "a and b's op", marbles: "--p------r---" },
        ],
        output: "-a-x---y-b-z-",
        run: (helpers, source = "", signals = "") => {
          const control = OpControlSubscriber.from(opMarbles(helpers, { opId: OP }).signals(signals));
          const opIdOf = (value: string): string => (value < "m" ? OP : OTHER);
          return { result$: helpers.cold(source).pipe(holdByOp(control, opIdOf)) };
        },
      },
    ],
  },
  {
    name: "runOp",
    call: "runOp(opId, () => work$)",
    description: "runOp: the work is started when the op may run, and stopped with an error when the op is terminated",
    cases: [
      {
        inputs: [
          { title: "signals", marbles: "p--r---t--" },
          { title: "work$", marbles: "-a-b-c-|" },
        ],
        output: "----a-b#",
        run: (helpers, signals = "", work = "") => {
          const control = OpControlSubscriber.from(opMarbles(helpers, { opId: OP }).signals(signals));
          return { result$: control.runOp(OP, () => helpers.cold(work)), error };
        },
      },
    ],
  },
];

function waiting(status: string, output: string): DrawnCase {
  return {
    inputs: [{ title: "status$", marbles: status }],
    output,
    run: (helpers, marbles = "") => {
      const op = opMarbles(helpers, { opId: OP });
      return { result$: op.status(marbles).pipe(awaitOp()), values: op.statuses, error };
    },
  };
}

function gating(
  gate: (status$: Observable<OpStatus>) => MonoTypeOperatorFunction<string>,
  source: string,
  status: string,
  output: string,
): DrawnCase {
  return {
    inputs: [
      { title: "source", marbles: source },
      { title: "status$", marbles: status },
    ],
    output,
    run: (helpers, values = "", states = "") => ({
      result$: helpers.cold(values).pipe(gate(opMarbles(helpers, { opId: OP }).status(states))),
      error,
    }),
  };
}
