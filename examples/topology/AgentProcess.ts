import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { BehaviorSubject, filter, firstValueFrom, type Observable, timeout } from "rxjs";
import type { OpState } from "../../lib/index.js";
import type { Report } from "./report.js";

/** What is known of an agent. */
export interface AgentView {
  readonly state: OpState | "starting" | "gone";
  readonly steps: number;
  /** Steps that it told of while it was not running. */
  readonly wrongSteps: number;
  readonly terminatedJobs: ReadonlySet<string>;
}

const PATIENCE_MS = 30_000;

/** An agent in a process of its own. */
export class AgentProcess {
  readonly #child: ChildProcess;
  readonly #view$ = new BehaviorSubject<AgentView>({
    state: "starting",
    steps: 0,
    wrongSteps: 0,
    terminatedJobs: new Set(),
  });

  constructor(
    readonly id: string,
    readonly gateway: string,
    bus: string,
  ) {
    this.#child = fork(join(import.meta.dirname, "agent.ts"), [id, gateway, bus], { execArgv: ["--import", "tsx"] });
    this.#child.on("message", (report: Report) => {
      this.#view$.next(viewAfter(this.view, report));
    });
    this.#child.once("exit", () => {
      this.#view$.next({ ...this.view, state: "gone" });
    });
  }

  get view(): AgentView {
    return this.#view$.value;
  }

  /** The same, and whenever it changes. */
  get view$(): Observable<AgentView> {
    return this.#view$.asObservable();
  }

  /** When that holds of it; rejects where it does not for half a minute. */
  async until(holds: (view: AgentView) => boolean): Promise<void> {
    await firstValueFrom(this.#view$.pipe(filter(holds), timeout(PATIENCE_MS)));
  }

  end(): void {
    this.#child.kill();
  }
}

function viewAfter(view: AgentView, report: Report): AgentView {
  switch (report.type) {
    case "state":
      return { ...view, state: report.state };
    case "step":
      return { ...view, steps: view.steps + 1, wrongSteps: view.wrongSteps + (view.state === "running" ? 0 : 1) };
    case "terminated":
      return { ...view, terminatedJobs: new Set([...view.terminatedJobs, report.job]) };
  }
}
