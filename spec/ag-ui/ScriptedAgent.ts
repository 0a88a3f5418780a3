import { AbstractAgent, type BaseEvent, type RunAgentInput } from "@ag-ui/client";
import { createRequire } from "node:module";
import type * as RxJS from "rxjs";

const ours = createRequire(import.meta.url);
const theirs = createRequire(ours.resolve("@ag-ui/client"));

/** Where the two copies of RxJS are: ours, and AG-UI's own. */
export const copies = { ours: ours.resolve("rxjs"), theirs: theirs.resolve("rxjs") };

/** AG-UI's own copy of RxJS, which the agents that are made with it are Observables of. */
export const theirRxJS = theirs("rxjs") as typeof RxJS;

type RunOfAgent = ReturnType<AbstractAgent["run"]>;

/** An agent that emits what a spec has it emit, as an Observable of AG-UI's own copy of RxJS. */
export class ScriptedAgent extends AbstractAgent {
  /** What it was run with. */
  readonly inputs: RunAgentInput[] = [];
  /** How many of its runs were unsubscribed from, or have ended. */
  released = 0;
  aborted = 0;
  // eslint-disable-next-line rxjs-x/no-exposed-subjects -- a spec plays it by hand
  readonly events$ = new theirRxJS.Subject<BaseEvent>();

  constructor() {
    super({ threadId: "thread" });
  }

  override run(input: RunAgentInput): RunOfAgent {
    this.inputs.push(input);
    const run$ = this.events$.pipe(
      theirRxJS.finalize(() => {
        this.released++;
      }),
    );
    return run$ as unknown as RunOfAgent;
  }

  override abortRun(): void {
    this.aborted++;
  }

  emit(...events: readonly BaseEvent[]): void {
    for (const event of events) this.events$.next(event);
  }
}
