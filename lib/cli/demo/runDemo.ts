import {
  EMPTY,
  filter,
  lastValueFrom,
  type Observable,
  Subject,
  takeUntil,
  tap,
  timer,
  type Unsubscribable,
} from "rxjs";
import { check } from "../../check.js";
import { OpTerminatedError } from "../../errors.js";
import { OpControlSubscriber } from "../../OpControlSubscriber.js";
import type { OpStatus } from "../../opStatus.js";
import { describeError } from "../../printable.js";
import { DevGateway } from "../../testing/DevGateway.js";
import { type ConnectionArguments, connectionOf } from "../connection/connectionOptions.js";
import { ExitCode } from "../ExitCode.js";
import { type AgentStep, agentSteps } from "./agentSteps.js";
import { DemoScreen } from "./DemoScreen.js";
import { operatorKeys, type OperatorWish } from "./operatorKeys.js";
import { operatorScript } from "./operatorScript.js";
import { readLines } from "./readLines.js";
import { rethrow } from "../rethrow.js";
import { showConnection } from "../connection/showConnection.js";

/** What the demo is told on the command line. */
export interface DemoArguments extends ConnectionArguments {
  readonly input?: string;
  readonly op: string;
}

/** One tool call: slow enough to press a key in between, or quick enough for a script. */
const CALL_MS = { live: 600, scripted: 120 };
const TICK_MS = 200;

/** Runs the demo to its end, and says with which exit code. */
export async function runDemo({ input, op: opId, ...args }: DemoArguments): Promise<ExitCode> {
  check(opId !== "", "--op", "the id of an op");
  const lines = await readLines(input);
  const live = process.stdin.isTTY && process.stdout.isTTY;
  const screen = new DemoScreen(process.stdout, { live });

  await using gateway = args.gateway ? undefined : await DevGateway.start();
  const { endpoint, options } = connectionOf(gateway ? { ...args, gateway: gateway.endpoint } : args);
  using control = OpControlSubscriber.connect(endpoint, options);
  screen.line("gateway", gateway ? `listening on ${endpoint}, for this demo only` : endpoint);
  showConnection(screen, control.connection$);
  try {
    await control.ready();
  } catch {
    return ExitCode.channelFailed;
  }

  screen.line("agent", `${options.agentId} makes ${lines.length} tool calls, one per line, as op ${opId}`);
  if (live) screen.line("keys", gateway ? "p pause, r resume, t terminate, q quit" : "q quit");

  const told$ = new Subject<AgentStep>();
  const quit$ = wishes(live, gateway, told$, lines.length).pipe(
    tap((wish) => {
      if (wish === "quit") return;
      screen.line("operator", `${wish} ${opId}`);
      gateway?.signal(opId, wish);
    }),
    filter((wish) => wish === "quit"),
  );
  const callMs = live ? CALL_MS.live : CALL_MS.scripted;
  const steps$ = agentSteps({ control, opId, lines, callMs }).pipe(
    tap({
      next: (step) => {
        showStep(screen, step, lines.length, control.isPaused(opId));
        told$.next(step);
      },
      complete: () => {
        screen.line("done", "the agent has worked through every line");
      },
    }),
    takeUntil(quit$),
  );

  showStatuses(screen, control.status(opId));
  const ticks = live ? showTicks(screen, () => control.isPaused(opId)) : undefined;
  try {
    await lastValueFrom(steps$, { defaultValue: undefined });
    return ExitCode.done;
  } catch (error) {
    screen.line("stopped", error instanceof Error ? `${error.name}: ${error.message}` : describeError(error));
    if (!(error instanceof OpTerminatedError)) return ExitCode.channelFailed;
    // In the demo's own gateway the terminate is how it is meant to end.
    return gateway ? ExitCode.done : ExitCode.opTerminated;
  } finally {
    ticks?.unsubscribe();
    screen.end();
  }
}

function wishes(
  live: boolean,
  gateway: DevGateway | undefined,
  steps$: Observable<AgentStep>,
  lineCount: number,
): Observable<OperatorWish> {
  if (live) return operatorKeys(process.stdin);
  return gateway ? operatorScript(steps$, lineCount) : EMPTY;
}

function showStep(screen: DemoScreen, step: AgentStep, lineCount: number, isPaused: boolean): void {
  const line = `line ${step.line}/${lineCount}`;
  if (step.type === "held") screen.line("held", `${line} waits until the op may run`);
  if (step.type !== "finished") return;
  screen.mark("o");
  const inFlight = isPaused ? ", in flight before the pause," : "";
  screen.line("called", `${line}: ${step.result}${inFlight} of "${step.text}"`);
}

const labels = { running: "resumed", paused: "paused", terminated: "terminated" };
const marbles = { running: "r", paused: "p", terminated: "t" } as const;

function showStatuses(screen: DemoScreen, status$: Observable<OpStatus>): void {
  status$.subscribe({
    next: ({ opId, state, scope, sequence }) => {
      const isFirst = state === "running" && sequence === 0n;
      if (!isFirst) screen.mark(marbles[state]);
      screen.line(isFirst ? "running" : labels[state], `${opId} (scope: ${scope})`);
    },
    // The agent's own pipeline tells of it.
    error: () => undefined,
  });
}

function showTicks(screen: DemoScreen, isPaused: () => boolean): Unsubscribable {
  const tick = (): void => {
    screen.tick(isPaused());
  };
  return timer(0, TICK_MS).subscribe({ next: tick, error: rethrow });
}
