import type { Observable } from "rxjs";
import type { RunHelpers } from "rxjs/testing";

/** A stream as it is drawn: marbles of a TestScheduler, and what to call it. */
export interface DrawnStream {
  readonly title: string;
  readonly marbles: string;
}

/** What comes in, and what an operator makes of it. */
export interface DrawnCase {
  readonly inputs: readonly DrawnStream[];
  readonly output: string;
  /** What has to come of these inputs in a TestScheduler's virtual time: `output`, these values and this error. */
  readonly run: (helpers: RunHelpers, ...inputs: readonly string[]) => Outcome;
}

export interface Outcome {
  readonly result$: Observable<unknown>;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly error?: Error;
}

/** One picture: of the operator whose name it has, with one case below another. */
export interface Diagram {
  readonly name: string;
  /** As it stands in the box, and in the operator's docstring. */
  readonly call: string;
  /** For whoever does not see it. */
  readonly description: string;
  readonly cases: readonly DrawnCase[];
}
